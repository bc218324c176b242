using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Dashboard.Core.Retries.Executor;

/// <summary>Who tells what an executor tells.</summary>
/// <param name="Source">The source the program works for.</param>
/// <param name="Host">The machine.</param>
/// <param name="Process">The program and its number, <c>dashboard/4711</c>.</param>
/// <param name="AppName">The job; null when it is none's.</param>
/// <param name="RunId">The run; null when there is none.</param>
public sealed record ExecutorIdentity(string Source, string Host, string Process, string? AppName = null, string? RunId = null)
{
    /// <summary>This process, working for a source.</summary>
    public static ExecutorIdentity OfThisProcess(string program, string source, string? appName = null, string? runId = null) =>
        new(source, Environment.MachineName, $"{program}/{Environment.ProcessId}", appName, runId);
}

/// <summary>What executors say to whoever listens in the process: activities and counters of <see cref="Name"/>; free while nobody does.</summary>
internal static class ExecutorSignals
{
    /// <summary>Of the activity source and the meter.</summary>
    public const string Name = "Dashboard.TransactionExecutor";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>("dashboard.executor.attempts", "{attempt}", "Attempts of transaction executors, by what became of them.");
    private static int threads;

    /// <summary>One activity for each run.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>A name for a run in place of a thread: a run of .NET wanders over threads, and two at once must not be taken for one.</summary>
    public static string NextThread() => $"run-{Interlocked.Increment(ref threads)}";

    /// <summary>Counts one.</summary>
    public static void Count(string backend, string outcome)
    {
        if (Attempts.Enabled)
        {
            Attempts.Add(1, new KeyValuePair<string, object?>("backend", backend), new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    /// <summary>An outcome by its name in the field.</summary>
    public static string NameOf(RetryOutcome outcome) => outcome switch
    {
        RetryOutcome.Fail => "fail",
        RetryOutcome.Waiting => "waiting",
        RetryOutcome.OkAfterRetry => "ok_after_retry",
        RetryOutcome.Recovered => "recovered",
        RetryOutcome.GaveUp => "gave_up",
        RetryOutcome.NotRetryable => "not_retryable",
        _ => "aborted",
    };
}
