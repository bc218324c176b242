using Dashboard.Core.Failures;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>A program to run: its arguments go to it as they are, through no shell.</summary>
/// <param name="Arguments">The program, as a path or to be looked for in <c>PATH</c>, and its arguments.</param>
public sealed record SubprocessCommand(IReadOnlyList<string> Arguments)
{
    /// <summary>Variables beside the few that are handed on: see <see cref="SubprocessRunner.HandedOn"/>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where it runs; null for the runner's own folder.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>After this long it and all it started are told to end.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>How long after being told to end they are killed.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A line for <c>/bin/sh</c>, on explicit wish.</summary>
    public static SubprocessCommand Shell(string line) => new(["/bin/sh", "-c", line]);
}

/// <summary>How a program ended.</summary>
/// <param name="Program">Its name.</param>
/// <param name="ExitCode">Its exit code; 128 and the signal's number when a signal ended it.</param>
/// <param name="Output">The end of its standard output, without secrets, at most 16 KiB.</param>
/// <param name="Error">The end of its standard error, likewise.</param>
public sealed record SubprocessResult(string Program, int ExitCode, string Output, string Error)
{
    /// <summary>The same, with what tells how much there was.</summary>
    internal string Told { get; init; } = "";

    /// <summary>Throws unless it ended with 0.</summary>
    /// <exception cref="SubprocessException">With the end of what it said.</exception>
    public SubprocessResult EnsureSuccess() =>
        ExitCode == 0 ? this : throw new SubprocessException($"{Program}: {SubprocessException.Ending(ExitCode)}{Told}");
}

/// <summary>A program that could not be started, ended badly or did not end.</summary>
public sealed class SubprocessException : Exception
{
    /// <summary>Says why; secrets are taken out.</summary>
    public SubprocessException(string message)
        : base(Redaction.Of(message))
    {
    }

    /// <inheritdoc/>
    public SubprocessException(string message, Exception cause)
        : base(Redaction.Of(message), cause)
    {
    }

    /// <inheritdoc/>
    public SubprocessException()
    {
    }

    // A program may end itself with 137 too; seldom does.
    internal static string Ending(int code) => code switch
    {
        129 => "exit code 129, as after signal 1 (SIGHUP)",
        130 => "exit code 130, as after signal 2 (SIGINT)",
        134 => "exit code 134, as after signal 6 (SIGABRT)",
        137 => "exit code 137, as after signal 9 (SIGKILL)",
        139 => "exit code 139, as after signal 11 (SIGSEGV)",
        143 => "exit code 143, as after signal 15 (SIGTERM)",
        > 128 and < 193 => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"exit code {code}, as after signal {code - 128}"),
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"exit code {code}"),
    };
}

/// <summary>What a method of a class with <see cref="SubprocessAttribute"/> gets.</summary>
public sealed class JobSubprocess
{
    private readonly SubprocessRunner runner;
    private readonly JobRun run;

    internal JobSubprocess(SubprocessRunner runner, JobRun run) => (this.runner, this.run) = (runner, run);

    /// <summary>Runs a program to its end, however it ends; ask <see cref="SubprocessResult.EnsureSuccess"/>.</summary>
    /// <exception cref="SubprocessException">It could not be started, or its time was up.</exception>
    public Task<SubprocessResult> RunAsync(SubprocessCommand command, CancellationToken cancellationToken) => runner.RunAsync(command, run, cancellationToken);
}
