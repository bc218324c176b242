using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>A process and all it started, as the system knows them: those that did not leave its group.</summary>
/// <param name="id">The process that leads it.</param>
internal readonly struct ProcessGroup(int id)
{
    /// <summary>SIGKILL.</summary>
    public const int Kill = 9;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    /// <summary>Sends all of them a signal; nothing happens when none is left.</summary>
    public void Signal(int signal)
    {
        // 0 and 1 would be the runner's own group, and everybody.
        if (id > 1)
        {
            _ = SendSignal(-id, signal);
        }
    }

    /// <summary>Whether one of them lives. One that has ended and waits for its parent to notice does not.</summary>
    public bool Lives
    {
        get
        {
            if (id <= 1 || SendSignal(-id, 0) != 0)
            {
                return false;
            }

            var group = id;
            return !Directory.Exists("/proc/self") || Directory.EnumerateDirectories("/proc").Any(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]) && Runs(folder, group));
        }
    }

    // 1234 (name, which may hold anything) S parent group …
    private static bool Runs(string folder, int group)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
            return fields[0] is not ("Z" or "X") && fields[2].Split(' ')[0] == group.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "Generated code for it would be unsafe; two numbers need no marshalling")]
    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int id, int signal);
}
