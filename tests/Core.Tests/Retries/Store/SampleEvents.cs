using Dashboard.Core.Failures;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Tests.Retries.Store;

/// <summary>Events as executors tell them.</summary>
internal static class SampleEvents
{
    /// <summary>One event of a thread.</summary>
    public static RetryEvent Told(RetryOutcome outcome, int attempt, DateTimeOffset at, string thread = "MainThread", string resource = "postgres breakpad@db1", int delay = 10) => new()
    {
        Id = Guid.NewGuid(),
        At = at,
        Who = new RetryTeller("socorro", "sp-admin01", "crontabber/4711", thread, resource),
        AppName = "reports-clean",
        Backend = "postgres",
        Executor = ExecutorKind.Infinite,
        Attempt = attempt,
        Outcome = outcome,
        ExceptionType = outcome == RetryOutcome.Fail ? "OperationalError" : null,
        ExceptionValue = outcome == RetryOutcome.Fail ? "ERROR: pgbouncer cannot connect to server" : null,
        Code = outcome == RetryOutcome.Fail ? "08P01" : null,
        Class = outcome == RetryOutcome.Fail ? FailureClass.Network : null,
        Delay = outcome is RetryOutcome.Fail or RetryOutcome.Waiting ? TimeSpan.FromSeconds(delay) : null,
        NextAttemptAt = outcome is RetryOutcome.Fail or RetryOutcome.Waiting ? at.AddSeconds(delay) : null,
    };

    /// <summary>Any sequence of outcomes of two threads and two resources, in the order told.</summary>
    public static RetryEvent[] Any(IEnumerable<(int Outcome, int Attempt, int Seconds, int Who)> told, DateTimeOffset from)
    {
        var at = from;
        var outcomes = Enum.GetValues<RetryOutcome>();
        return [.. told.Select(one =>
        {
            at = at.AddSeconds(one.Seconds);
            return Told(outcomes[one.Outcome], one.Attempt, at, one.Who % 2 == 0 ? "MainThread" : "Thread-1", one.Who < 2 ? "postgres breakpad@db1" : "rabbitmq");
        })];
    }
}
