using System.Globalization;

namespace Dashboard.Core.Runner;

/// <summary>A process on a machine, told apart from all others, those that will once have its number included.</summary>
/// <param name="Host">The machine's name.</param>
/// <param name="BootId">The kernel's boot, and the space its process numbers are of: containers on one machine have their own.</param>
/// <param name="Process">Its number.</param>
/// <param name="Started">When it began, in the kernel's own ticks; 0 when the kernel does not tell.</param>
public sealed record ProcessIdentity(string Host, string BootId, int Process, long Started)
{
    /// <summary>This process.</summary>
    public static ProcessIdentity Own { get; } = new(Environment.MachineName, ReadBoot(), Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    /// <summary>Whether it runs; null when that cannot be seen from here.</summary>
    public static bool? IsAlive(ProcessIdentity other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Host != Own.Host || Own.BootId.Length == 0)
        {
            return null;
        }

        if (other.BootId != Own.BootId)
        {
            // Another boot of this machine, or another container of the same name on it: only the first is surely dead.
            return Boot(other.BootId) == Boot(Own.BootId) ? null : false;
        }

        return StartOf(other.Process) is { } started && (other.Started == 0 || started == other.Started);
    }

    private static ReadOnlySpan<char> BootPart(string id) => id.AsSpan(0, id.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end ? end : id.Length);

    private static string Boot(string id) => BootPart(id).ToString();

    private static string ReadBoot()
    {
        try
        {
            return $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {new FileInfo("/proc/self/ns/pid").LinkTarget}";
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    // The 22nd field; the 2nd may hold blanks and brackets. A zombie of the kernel's sense runs nothing any more.
    private static long? StartOf(int process)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
