using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>
/// Runs programs for jobs. Each leads a session and so a process group of its own, which ends with it: whatever it left running there is ended too. Of what
/// it says only the end is kept. It reads nothing from us.
/// </summary>
/// <param name="clock">For its time limits.</param>
public sealed class SubprocessRunner(TimeProvider clock)
{
    // How long an output that somebody outside the group holds open is waited for.
    private static readonly TimeSpan Lingering = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// The variables of the runner's own environment that a program gets, and all that begin with <c>LC_</c>. Not the others: that is where passwords are.
    /// </summary>
    public static IReadOnlyList<string> HandedOn { get; } = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"];

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="SubprocessException">It could not be started, or its time was up.</exception>
    /// <exception cref="OperationCanceledException">The runner was asked to quit; the program and all it started have ended.</exception>
    public async Task<SubprocessResult> RunAsync(SubprocessCommand command, JobRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(run);
        cancellationToken.ThrowIfCancellationRequested();
        var (name, start) = StartInfo(command, run);
        using var process = Start(name, start);
        var group = new ProcessGroup(process.Id);
        process.StandardInput.Close();
        var (output, error) = (new OutputTail(), new OutputTail());
        var said = Task.WhenAll(
            TakeAsync(output, process.StandardOutput.BaseStream),
            TakeAsync(error, process.StandardError.BaseStream));
        using var limit = new CancellationTokenSource(command.Timeout, clock);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var inTime = true;
        try
        {
            await process.WaitForExitAsync(over.Token);
        }
        catch (OperationCanceledException)
        {
            inTime = false;
        }

        await EndAsync(group, process, command.Grace);
        await Task.WhenAny(said, Task.Delay(Lingering, clock, CancellationToken.None));
        var told = error.Titled("stderr") + output.Titled("stdout");
        if (!inTime)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new SubprocessException($"{name}: timed out, ended after {Seconds(command.Timeout)} s{told}");
        }

        return new SubprocessResult(name, process.ExitCode, output.Text(), error.Text()) { Told = told };
    }

    // TERM to all that is left of the group, and KILL to what is left of it then. Mostly nothing is.
    private async Task EndAsync(ProcessGroup group, Process leader, TimeSpan grace)
    {
        if (group.Lives)
        {
            group.Signal(ProcessGroup.Terminate);
            using var patience = new CancellationTokenSource(grace, clock);
            while (!patience.IsCancellationRequested && group.Lives)
            {
                await Task.Delay(Glance, clock, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            group.Signal(ProcessGroup.Kill);
        }

        await leader.WaitForExitAsync(CancellationToken.None);
    }

    private static Process Start(string name, ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new SubprocessException($"{name}: did not start");
        }
        catch (Win32Exception cause)
        {
            throw new SubprocessException($"{name}: {cause.Message}", cause);
        }
    }

    private static async Task TakeAsync(OutputTail tail, Stream stream)
    {
        try
        {
            await tail.TakeAsync(stream, long.MaxValue, CancellationToken.None);
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process was let go while somebody it had started still held its output open.
        }
    }

    private static (string Name, ProcessStartInfo Start) StartInfo(SubprocessCommand command, JobRun run)
    {
        if (command.Arguments is not [{ Length: > 0 } program, ..])
        {
            throw new SubprocessException("no program to run");
        }

        if (command.Arguments.Any(argument => argument.Contains('\0', StringComparison.Ordinal)))
        {
            throw new SubprocessException($"{Path.GetFileName(program)}: an argument with a NUL in it, which no program can be given");
        }

        var folder = command.WorkingDirectory ?? Environment.CurrentDirectory;
        if (!Directory.Exists(folder))
        {
            throw new SubprocessException($"{folder}: No such file or directory (to run {program} in)");
        }

        // setsid makes the session; as no group leader itself it does so without another process, so its id is the program's.
        var start = new ProcessStartInfo(Find("setsid", "/usr/bin:/bin:/usr/local/bin", "/") ?? throw new SubprocessException("setsid: No such file or directory; it comes with util-linux"))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => !HandedOn.Contains(name) && !name.StartsWith("LC_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["CRONTABBER_JOB"] = run.Job;
        start.Environment["CRONTABBER_RUN_ID"] = run.RunId;
        start.Environment["CRONTABBER_SLOT"] = JobSlot.Text(run);
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment.TryGetValue("PATH", out var path);
        start.ArgumentList.Add(Find(program, path ?? "/usr/local/bin:/usr/bin:/bin", folder) ?? throw new SubprocessException($"{program}: No such file or directory"));
        foreach (var argument in command.Arguments.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        return (Path.GetFileName(program), start);
    }

    // As execvp looks for it: the first that may be run.
    private static string? Find(string program, string path, string folder)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            var file = Path.GetFullPath(program, folder);
            return !File.Exists(file) ? null : MayRun(file) ? file : throw new SubprocessException($"{program}: Permission denied, the file is not executable");
        }

        return path.Split(':').Select(each => Path.GetFullPath(Path.Combine(each, program), folder)).FirstOrDefault(file => File.Exists(file) && MayRun(file));
    }

    private static bool MayRun(string file) => (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None;

    private static string Seconds(TimeSpan length) => length.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
