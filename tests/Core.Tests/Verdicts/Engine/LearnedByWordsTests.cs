using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Retries;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using FsCheck.Fluent;
using FsCheck.Xunit;
using static Dashboard.Core.Tests.Verdicts.Engine.OneSource;

namespace Dashboard.Core.Tests.Verdicts.Engine;

/// <summary>How failures that said the same ended is learned over all jobs, and what came and went lately is remembered.</summary>
public sealed class LearnedByWordsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 30, TimeSpan.Zero);

    // Of an hour's job: the latest moment to call people is just past.
    private static readonly DateTimeOffset Late = Now.AddMinutes(-86);
    private static readonly JobError GaveUp = new("RuntimeError", "the other side gave up", "");
    private static readonly JobError NoReport = new("RuntimeError", "no such report", "");
    private static readonly JobError TimedOut = new("socket.timeout", "timed out", "");

    [Fact]
    public void What_says_the_same_tells_more_than_what_is_of_the_same_class()
    {
        var runs = Learned().Runs;
        var (heals, lasts) = (Fingerprint.Words(GaveUp), Fingerprint.Words(NoReport));

        Assert.Equal((30, 30), runs.Known("new", FailureClass.Unknown, heals, 1));
        Assert.InRange(runs.Hazard("new", FailureClass.Unknown, heals, 1), 0.9, 1);
        Assert.InRange(runs.Hazard("new", FailureClass.Unknown, lasts, 2), 0, 0.2);

        // It never failed twice; what is guessed of that is as much better than its class as it was after one failure.
        Assert.True(runs.Hazard("new", FailureClass.Unknown, heals, 2) > 2 * runs.Hazard("new", FailureClass.Unknown, null, 2));
    }

    [Property(MaxTest = 200)]
    public FsCheck.Property More_failures_never_raise_the_chance_whatever_they_say(byte[] healed, byte[] failed, bool words) => ((Func<bool>)(() =>
    {
        var model = HealModel.From([Past("a", GaveUp, healed), Past("b", NoReport, failed)]);
        var chances = Enumerable.Range(1, HealCounts.Pooled).Select(failures => model.Runs.Hazard("a", FailureClass.Unknown, words ? Fingerprint.Words(GaveUp) : null, failures)).ToArray();
        return chances.Zip(chances.Skip(1)).All(pair => pair.Second <= pair.First + 1e-12) && chances.All(chance => chance is > 0 and < 1);
    })).ToProperty();

    [Fact]
    public void A_third_try_is_waited_for_by_what_those_that_said_the_same_came_to()
    {
        Assert.Equal(VerdictState.Watch, Twice(GaveUp));
        Assert.Equal(VerdictState.Page, Twice(NoReport));

        // What lies with another's end lasts as long as it lasts, however many passed before.
        Assert.Equal(VerdictState.Page, Twice(TimedOut));

        static VerdictState Twice(JobError error)
        {
            var failing = new JobStanding(new Job { Name = "job", NextRun = Now.AddMinutes(4), LastRun = Now.AddMinutes(-5), ErrorCount = 2, LastError = error, FirstRun = Late.AddDays(-9) }, JobHistory.Of([Run(1, Late, null)]), JobState.Failing, "", Now.AddMinutes(-25));
            return Assert.Single(VerdictEngine.Evaluate(Facts([failing], Now), new VerdictSettings(), Learned(), Now).Jobs).State;
        }
    }

    [Theory]
    [InlineData(3, VerdictState.Page)]
    [InlineData(11, VerdictState.Watch)]
    public void A_resource_that_is_away_again_within_two_ticks_was_not_well_between(int wellFor, VerdictState expected)
    {
        var memory = new HealMemory();
        var began = Now.AddMinutes(-1);
        var model = memory.Learn([], [Streak(1, began.AddMinutes(-wellFor - 12), StreakState.Recovered) with { EndedAt = began.AddMinutes(-wellFor) }], null);
        var running = new JobStanding(new Job { Name = "job", NextRun = Now.AddMinutes(-1), LastRun = Late, LastSuccess = Late, Ongoing = began, FirstRun = Late.AddDays(-9) }, JobHistory.Of([Run(1, Late, null)]), JobState.Running, "", began);

        Assert.Equal((expected, "R7"), VerdictEngine.Evaluate(Facts([running], Now) with { Open = [Streak(2, began, StreakState.Open)] }, new VerdictSettings(), model, Now).Jobs[0] is var said ? (said.State, said.Rule) : default);
    }

    [Fact]
    public void What_ran_over_midnight_is_due_at_its_time_of_the_day_after()
    {
        var good = new DateTimeOffset(2026, 11, 24, 0, 8, 5, TimeSpan.Zero);
        var standing = new JobStanding(new Job { Name = "job", LastRun = good, LastSuccess = good }, JobHistory.Of([Run(1, good, null)]), JobState.Waiting, "", good);

        Assert.Equal(new DateTimeOffset(2026, 11, 25, 23, 50, 0, TimeSpan.Zero), Due("1d", "23:50"));
        Assert.Equal(good.AddSeconds(-5).AddHours(1), Due("1h", null));

        DateTimeOffset? Due(string frequency, string? time) => Deadlines.From(Facts([standing], Now, frequency, time), new VerdictSettings()).Of("job").OwnDue;
    }

    // A job whose failures the next try always ended, ten whose failures nothing did, and one whose time-outs always passed.
    private static HealModel Learned() =>
        HealModel.From([Past("a", GaveUp, [.. Enumerable.Repeat((byte)1, 30)]), .. Enumerable.Range(0, 10).Select(i => Past($"b{i}", NoReport, [29])), Past("c", TimedOut, [.. Enumerable.Repeat((byte)1, 30)])]);

    // Streaks of so many failures, each ended by a good run.
    private static JobStanding Past(string job, JobError error, byte[] streaks)
    {
        var good = streaks.SelectMany(length => Enumerable.Repeat(false, length % 30).Append(true)).Take(JobHistory.Kept);
        return new JobStanding(new Job { Name = job }, JobHistory.Of([.. good.Select((well, i) => Run(i + 1, Now.AddDays(-9).AddMinutes(i), well ? null : error)).Reverse()]), JobState.Waiting, "", null);
    }

    private static RetryStreak Streak(int id, DateTimeOffset from, StreakState state) => new()
    {
        Id = new Guid(id, 0, 0, new byte[8]), Who = new RetryTeller("test", "h", "p", "t", "s3"), AppName = "job", Backend = "s3", Executor = ExecutorKind.Limited, StartedAt = from, HeardAt = Now, NextAttemptAt = Now.AddSeconds(20),
        State = state, Attempts = 3, Class = FailureClass.Network, ExceptionType = "socket.timeout", ExceptionValue = "timed out",
    };
}
