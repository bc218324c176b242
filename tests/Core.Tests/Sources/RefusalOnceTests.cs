using Dashboard.Core.Database;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Sources;
using static Dashboard.Core.Tests.Retries.Store.SampleEvents;

namespace Dashboard.Core.Tests.Sources;

public sealed class RefusalOnceTests : IRetryTelemetry
{
    private readonly List<string> told = [];

    [Fact]
    public void The_same_refusal_is_told_once_until_something_else_happens()
    {
        var once = new RefusalOnce(this);
        foreach (var (outcome, value) in ((RetryOutcome, string?)[])
            [(RetryOutcome.Fail, "away"), (RetryOutcome.NotRetryable, "no password"), (RetryOutcome.NotRetryable, "no password"), (RetryOutcome.NotRetryable, "no database"), (RetryOutcome.NotRetryable, "no database")])
        {
            once.Tell(Told(outcome, 1, DateTimeOffset.UnixEpoch) with { ExceptionValue = value });
        }

        once.Count(OwnDatabase.Identity, "postgres", "postgres");
        once.Tell(Told(RetryOutcome.NotRetryable, 1, DateTimeOffset.UnixEpoch) with { ExceptionValue = "no database" });

        Assert.Equal(["Fail away", "NotRetryable no password", "NotRetryable no database", "counted", "NotRetryable no database"], told);
    }

    void IRetryTelemetry.Tell(RetryEvent told) => this.told.Add($"{told.Outcome} {told.ExceptionValue}");

    void IRetryTelemetry.Count(ExecutorIdentity who, string resource, string backend) => told.Add("counted");
}
