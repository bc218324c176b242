using System.Globalization;
using System.Text;

namespace Dashboard.Web.Settings;

/// <summary>
/// Covers secrets in the command line of this process, as <c>ps</c> and <c>/proc/PID/cmdline</c> show it to everybody on the machine. Until then it could be read, and a shell remembers it: who gave one
/// is told so. On systems other than Linux nothing is done.
/// </summary>
internal static class CommandLineCover
{
    private const byte Covering = (byte)'*';
    private const int MostBytes = 4 << 20;

    /// <summary>Covers them.</summary>
    /// <param name="secrets">Whole values of arguments.</param>
    /// <returns>Whether something was covered.</returns>
    public static bool Cover(IReadOnlyList<string> secrets)
    {
        if (secrets.Count == 0 || !OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            // Behind the name, which may hold anything: the third field and those after it. Fields 48 and 49 say where the arguments lie in memory, see proc_pid_stat(5).
            var stat = File.ReadAllText("/proc/self/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var (start, end) = (long.Parse(fields[48 - 3], CultureInfo.InvariantCulture), long.Parse(fields[49 - 3], CultureInfo.InvariantCulture));
            using var memory = File.OpenHandle("/proc/self/mem", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            var arguments = new byte[Math.Clamp(end - start, 0, MostBytes)];
            if (RandomAccess.Read(memory, arguments, start) != arguments.Length || !InPlace(arguments, secrets))
            {
                return false;
            }

            RandomAccess.Write(memory, arguments, start);
            return true;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or NotSupportedException or FormatException or IndexOutOfRangeException)
        {
            // A system that is shut tighter lets nobody change it; what is told of the secret is told all the same.
            return false;
        }
    }

    /// <summary>Covers them in arguments as the kernel has them, each ended by a zero: where an argument is a secret, or ends with one behind an equals sign.</summary>
    /// <returns>Whether there was one.</returns>
    internal static bool InPlace(Span<byte> arguments, IReadOnlyList<string> secrets)
    {
        var found = false;
        var wanted = secrets.Where(secret => secret.Length > 0).Select(Encoding.UTF8.GetBytes).ToList();
        for (var rest = arguments; rest.Length > 0;)
        {
            var end = rest.IndexOf((byte)0);
            var argument = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            foreach (var secret in wanted)
            {
                if (argument.EndsWith(secret) && (argument.Length == secret.Length || argument[^(secret.Length + 1)] == '='))
                {
                    argument[^secret.Length..].Fill(Covering);
                    found = true;
                }
            }
        }

        return found;
    }
}
