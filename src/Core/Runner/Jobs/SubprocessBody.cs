namespace Dashboard.Core.Runner.Jobs;

/// <summary>A job of the kind <c>subprocess</c>: a program with its arguments, or, with <c>shell = True</c>, a line for <c>/bin/sh</c>.</summary>
internal sealed class SubprocessBody(SubprocessRunner runner, SubprocessCommand command) : IJobBody
{
    /// <summary>What it runs.</summary>
    public SubprocessCommand Command => command;

    /// <summary>Reads the section; null when something is wrong with it.</summary>
    public static SubprocessBody? Read(OptionReader options, SubprocessRunner runner)
    {
        var shell = options.Truth("shell", otherwise: false);
        var arguments = shell ? (options.Text("command") is { } line ? SubprocessCommand.Shell(line).Arguments : null) : options.List("command");
        var folder = options.Text("working_directory");
        var timeout = options.Length("timeout", Timeout.InfiniteTimeSpan);
        var grace = options.Length("grace", TimeSpan.FromSeconds(10));
        var environment = options.Map("environment");
        if (arguments is null or [] or ["" or null, ..])
        {
            if (!options.Failed)
            {
                options.Refuse("command", "command = program, argument, argument");
            }
        }
        else if (!shell && arguments is [var only] && only.AsSpan().ContainsAny(" \t\n") && !File.Exists(only))
        {
            options.Refuse("command", "each argument by itself, command = program, argument, or shell = True to give the whole line to /bin/sh");
        }
        else if (!shell && arguments.Any(argument => argument.Contains('\0', StringComparison.Ordinal)))
        {
            options.Refuse("command", "no NUL: no program can be given one");
        }

        foreach (var name in environment.Keys.Where(name => name.Length == 0 || name.AsSpan().ContainsAny('=', '\0')))
        {
            options.Refuse("environment", $"a variable without a name, or with an equals sign in it, '{name}'", "NAME = value");
        }

        return options.Failed ? null : new SubprocessBody(runner, new SubprocessCommand(arguments!) { WorkingDirectory = folder, Timeout = timeout, Grace = grace, Environment = environment });
    }

    /// <inheritdoc/>
    public async Task RunAsync(JobRun run, CancellationToken cancellationToken) => (await runner.RunAsync(command, run, cancellationToken)).EnsureSuccess();
}
