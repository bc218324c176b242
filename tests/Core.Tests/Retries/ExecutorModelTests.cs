using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Tests.Retries;

/// <summary>The executor beside a model of it: the rule in a dozen lines, over histories by chance.</summary>
public sealed class ExecutorModelTests
{
    private static readonly int[] Delays = [1, 2, 3];

    private enum Happens
    {
        Ok,
        Away,
        Busy,
        Fault,
        CommitLostDone,
        CommitLostNotDone,
        CommitLostForEver,
        CommitRefused,
    }

    [Theory]
    [InlineData("TransactionExecutor")]
    [InlineData("TransactionExecutorWithLimitedBackoff")]
    [InlineData("TransactionExecutorWithInfiniteBackoff")]
    public async Task It_does_what_the_model_does_whatever_happens(string executor)
    {
        var random = new Random(executor.Length);
        for (var history = 0; history < 300; history++)
        {
            Happens[] happens = [.. Enumerable.Range(0, random.Next(6)).Select(_ => (Happens)random.Next(random.Next(2) == 0 ? 3 : 8))];
            Assert.Equal((string.Join(' ', happens), Model(executor, happens)), (string.Join(' ', happens), await RealAsync(executor, happens)));
        }
    }

    private static Outcome Model(string executor, Happens[] happens)
    {
        var passed = 0;
        for (var ran = 1; ; ran++)
        {
            var now = ran <= happens.Length ? happens[ran - 1] : Happens.Ok;
            switch (now)
            {
                case Happens.Ok or Happens.CommitLostDone:
                    return new("done", ran, 1, passed);
                case Happens.Fault:
                    return new(nameof(NotSupportedException), ran, 0, passed);
                case Happens.CommitRefused:
                    return new(nameof(AnsweredException), ran, 0, passed);
                case Happens.CommitLostForEver:
                    return new(nameof(CommitInDoubtException), ran, 0, passed);
            }

            if (executor.EndsWith("Executor", StringComparison.Ordinal) || executor.Contains("Limited", StringComparison.Ordinal) && ran == Delays.Length)
            {
                return new(now == Happens.Busy ? nameof(BusyException) : nameof(AwayException), ran, 0, passed);
            }

            passed += Delays[Math.Min(ran, Delays.Length) - 1];
        }
    }

    private static async Task<Outcome> RealAsync(string executor, Happens[] happens)
    {
        var executing = new Executing(executor, string.Join(',', Delays));
        var ran = 0;
        var done = 0;
        Happens Now() => ran <= happens.Length ? happens[ran - 1] : Happens.Ok;
        executing.Resource.Committing = _ =>
        {
            switch (Now())
            {
                case Happens.CommitRefused:
                    throw new AnsweredException();
                case Happens.CommitLostDone:
                    done++;
                    throw new AwayException();
                case Happens.CommitLostNotDone or Happens.CommitLostForEver:
                    throw new AwayException();
                default:
                    done++;
                    return default;
            }
        };
        executing.Resource.Fate = () => new(Now() switch
        {
            Happens.CommitLostDone => CommitFate.Committed,
            Happens.CommitLostNotDone => CommitFate.Aborted,
            _ => CommitFate.Unknown,
        });
        string end;
        try
        {
            await executing.ToTheEndAsync(executing.Executor.RunAsync<int>(
                (_, _) =>
                {
                    ran++;
                    return Now() switch
                    {
                        Happens.Away => throw new AwayException(),
                        Happens.Busy => throw new BusyException(),
                        Happens.Fault => throw new NotSupportedException(),
                        _ => new(ran),
                    };
                },
                TestContext.Current.CancellationToken).AsTask());
            end = "done";
        }
        catch (Exception raised)
        {
            end = raised.GetType().Name;
        }

        Assert.Equal(executing.Resource.Opened, executing.Resource.Closed);
        return new(end, ran, done, (int)executing.Passed.TotalSeconds);
    }

    private sealed record Outcome(string End, int Ran, int Done, int Seconds);
}
