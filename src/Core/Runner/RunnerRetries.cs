using Dashboard.Core.Configuration;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Runner;

/// <summary>How the executors of a runner wait, and where they tell. crontabber's executors wrap the same: its own bookkeeping, and what jobs do in transactions.</summary>
public sealed record RunnerRetries
{
    private static readonly ExecutorOptions Plain = new() { TransactionExecutorClass = ExecutorKinds.NameOf(ExecutorKind.Plain), QuitGraceSeconds = JobGrace };

    // Before a run nothing is lost by giving up: the next tick asks again, and the other jobs get their turn.
    private static readonly ExecutorOptions Briefly = new() { TransactionExecutorClass = ExecutorKinds.NameOf(ExecutorKind.Limited), BackoffDelays = "0.1, 0.5, 2, 0" };

    // The end of a run is written however long somebody holds its row, and soon after he lets go.
    private static readonly ExecutorOptions UntilWritten = new()
    {
        TransactionExecutorClass = ExecutorKinds.NameOf(ExecutorKind.Infinite), BackoffDelays = "0.02, 0.04, 0.08, 0.2, 0.5, 1, 1, 1, 2, 2, 5", WaitLogInterval = 10,
    };

    // A job that was asked to end is waited for by the runner, which keeps its lock meanwhile.
    private const double JobGrace = 600;

    /// <summary>One attempt each, and nobody is told: crontabber as it comes.</summary>
    public static RunnerRetries None { get; } = new() { Source = "default", Compat = true };

    /// <summary>The source whose jobs are run.</summary>
    public required string Source { get; init; }

    /// <summary>What the configuration of the jobs says; null when it says nothing of executors.</summary>
    public ExecutorOptions? Configured { get; init; }

    /// <summary>Exactly as crontabber: see <see cref="RunnerOptions.Compat"/>.</summary>
    public bool Compat { get; init; }

    /// <summary>Where they tell.</summary>
    public IRetryTelemetry Telemetry { get; init; } = SilentTelemetry.Instance;

    /// <summary>By which they wait.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>For what jobs do.</summary>
    internal ExecutorOptions Jobs => Configured is { } configured ? configured with { QuitGraceSeconds = JobGrace } : Compat ? Plain : new ExecutorOptions { QuitGraceSeconds = JobGrace };

    /// <summary>For rows that are read and locks that are taken before a run.</summary>
    internal ExecutorOptions Begins => Configured ?? (Compat ? Plain : Briefly);

    /// <summary>For the end of a run.</summary>
    internal ExecutorOptions Ends => Compat ? Begins : UntilWritten;

    /// <summary>Executors for crontabber's tables.</summary>
    internal PostgresRuns Runs(NpgsqlDataSource tables, ExecutorOptions options) => new(tables, options, Who(), Telemetry, Clock);

    /// <summary>This process, working for the source; and for a job and a run of it.</summary>
    internal ExecutorIdentity Who(string? job = null, string? run = null) => ExecutorIdentity.OfThisProcess("crontabber-dashboard", Source, job, run);

    /// <summary>What a <c>crontabber.ini</c> says of executors, in <c>[crontabber]</c> or in <c>[resource] [[postgresql]]</c>; null when it says nothing.</summary>
    /// <param name="path">The file; any other kind says nothing.</param>
    /// <exception cref="FormatException">It names an executor or delays that are none.</exception>
    public static ExecutorOptions? Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.EndsWith(".ini", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var root = ConfigFile.Read(path).Root;
        ConfigSection?[] sections = [root.Section("crontabber"), root.Section("resource")?.Section("postgresql")];
        string? Text(string key) => sections.Select(section => section?.Value(key)?.Text.Trim()).FirstOrDefault(text => !string.IsNullOrEmpty(text));
        var (executor, delays, interval) = (Text("transaction_executor_class"), Text("backoff_delays"), Text("wait_log_interval"));
        if (executor is null && delays is null)
        {
            return null;
        }

        var usual = new ExecutorOptions();
        var options = usual with
        {
            // crontabber's default, where only delays are said.
            TransactionExecutorClass = executor ?? ExecutorKinds.NameOf(ExecutorKind.Plain),
            BackoffDelays = delays ?? usual.BackoffDelays,
            WaitLogInterval = double.TryParse(interval, System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0.001 and <= 3600 ? seconds : usual.WaitLogInterval,
        };
        return options.Validate(new System.ComponentModel.DataAnnotations.ValidationContext(options)).FirstOrDefault() is { } wrong
            ? throw new FormatException($"{path}: {wrong.ErrorMessage}")
            : options;
    }
}
