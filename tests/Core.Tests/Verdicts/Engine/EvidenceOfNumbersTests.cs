using Dashboard.Core.Failures;
using Dashboard.Core.Retries;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Verdicts.Engine;

/// <summary>The numbers a verdict says: their bounds, and what makes them.</summary>
public sealed class EvidenceOfNumbersTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 0, TimeSpan.Zero);

    // By integrating the density of Beta(s + ½, n - s + ½) numerically.
    [Theory]
    [InlineData(1, 2, 0.1565, 0.8435)]
    [InlineData(21, 23, 0.8124, 0.9644)]
    [InlineData(0, 10, 0, 0.1236)]
    [InlineData(10, 10, 0.8764, 1)]
    public void A_share_lies_within_Jeffreys_bounds(int of, int all, double least, double most)
    {
        var interval = Jeffreys.Interval80(of, all);

        Assert.Equal((least, most), (Math.Round(interval.Least, 4), Math.Round(interval.Most, 4)));
    }

    [Property(MaxTest = 200)]
    public FsCheck.Property The_bounds_hold_the_share_and_grow_narrower_with_more(byte some, byte others) => ((Func<bool>)(() =>
    {
        var (of, all) = ((int)some, some + others + 1);
        var (few, many) = (Jeffreys.Interval80(of, all), Jeffreys.Interval80(of * 10, all * 10));
        return few.Least <= (double)of / all && (double)of / all <= few.Most && many.Most - many.Least <= few.Most - few.Least;
    })).ToProperty();

    [Fact]
    public void Runs_that_take_ever_longer_are_slow_and_those_that_take_as_long_as_ever_are_not()
    {
        Assert.True(RunFlags.IsSlow(Lasting([.. Enumerable.Range(0, 20).Select(i => 60.0 + (i % 3)), 300, 320, 400])));
        Assert.False(RunFlags.IsSlow(Lasting([.. Enumerable.Range(0, 23).Select(i => 60.0 + (i % 3))])));
        Assert.False(RunFlags.IsSlow(Lasting([.. Enumerable.Range(0, 20).Select(i => 60.0 + (i % 3)), 61, 62, 400])));
        Assert.True(RunFlags.IsTooFast(Lasting([.. Enumerable.Range(0, 20).Select(i => 60.0 + (i % 3)), 2, 2, 2])));
        Assert.False(RunFlags.IsSlow(Lasting([60, 60, 600, 600, 600])));
    }

    [Theory]
    [InlineData("+++++++++++++++++++++", 0)]
    [InlineData("+-+-+-+-+-+-+-+-+-+-+", 1)]
    public void Changes_of_outcome_are_counted(string runs, double rate) => Assert.Equal(rate, RunFlags.ChangeRate(Outcomes(runs))!.Value, 9);

    [Fact]
    public void Newer_changes_count_for_more() => Assert.True(RunFlags.ChangeRate(Outcomes("++++++++++++++++++++-")) > RunFlags.ChangeRate(Outcomes("-++++++++++++++++++++")));

    [Fact]
    public void What_people_ended_is_not_learned_as_healed()
    {
        var (failing, well) = (Of(Outcomes("+--")), Of(Outcomes("+--+")));
        var called = new VerdictSnapshot { Source = "test", Jobs = [new Verdict { Job = "job", State = VerdictState.Page, Rule = "R12", Since = Now, Headline = "" }] };
        var (alone, helped) = (new HealMemory(), new HealMemory());
        alone.Learn(failing, [], null);
        helped.Learn(failing, [], null);

        Assert.Equal((1, 1), alone.Learn(well, [], null).Runs.Known("job", FailureClass.Network, null, 2) is var (risk, healed) ? (risk, healed) : default);
        Assert.Equal((0, 0), helped.Learn(well, [], called).Runs.Known("job", FailureClass.Network, null, 2) is var (none, nobody) ? (none, nobody) : default);
    }

    [Fact]
    public void What_was_learned_is_kept_when_the_runs_have_gone()
    {
        var memory = new HealMemory();
        memory.Learn(Of(Outcomes("+-+")), [], null);
        var after = memory.Learn(Of(History([.. Enumerable.Repeat(true, JobHistory.Kept)], first: 100)), [], null);

        Assert.Equal(1, after.Runs.Known("job", FailureClass.Network, null, 1).AtRisk);
        Assert.Same(after, memory.Learn(Of(History([.. Enumerable.Repeat(true, JobHistory.Kept)], first: 100)), [], null));
    }

    [Theory]
    [InlineData(5, 7)]
    [InlineData(40, 1)]
    public void What_a_run_tried_for_in_vain_is_no_fresh_failure_of_the_next(int minutes, int row)
    {
        var memory = new HealMemory();
        memory.Learn([], [Streak(1, Now, Now.AddSeconds(520), 5, StreakState.GaveUp)], null);
        var model = memory.Learn([], [Streak(2, Now.AddSeconds(520).AddMinutes(minutes), Now.AddSeconds(530).AddMinutes(minutes), 1, StreakState.Recovered)], null);

        // Of the first run four attempts followed another; the second's first is one more in a row, or, long after, the first of a new trouble.
        Assert.Equal(5, model.Attempts.Lessons);
        Assert.Equal(1, Enumerable.Range(1, HealCounts.Pooled).Sum(failures => model.Attempts.Known("s3", FailureClass.Network, null, failures).Healed));
        Assert.Equal(1, model.Attempts.Known("s3", FailureClass.Network, null, row).Healed);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(10, 1)]
    [InlineData(11, 2)]
    [InlineData(520, 5)]
    [InlineData(521, 6)]
    [InlineData(86400, 12)]
    public void Where_an_attempt_stands_on_the_ladder_follows_from_how_old_the_trouble_is(int seconds, int made) => Assert.Equal(made, AttemptLadder.Within(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("ResponseTime", "2.00:00:00", "Verdict:ResponseTime is 2.00:00:00")]
    [InlineData("Zone", "Atlantis", "Verdict:Zone is 'Atlantis'")]
    [InlineData("StaffedUntil", "08:00", "a working day ends after it begins")]
    [InlineData("FreshWithin", "-01:00:00", "Verdict:FreshWithin:job is -01:00:00")]
    public void Settings_that_cannot_be_are_named_with_their_key(string key, string value, string complaint)
    {
        var options = key switch
        {
            "ResponseTime" => new VerdictOptions { ResponseTime = TimeSpan.Parse(value, null) },
            "Zone" => new VerdictOptions { Zone = value },
            "StaffedUntil" => new VerdictOptions { StaffedUntil = TimeOnly.Parse(value, null) },
            _ => new VerdictOptions { FreshWithin = new() { ["job"] = TimeSpan.Parse(value, null) } },
        };

        Assert.Contains(options.Validate(new(options)), result => result.ErrorMessage!.Contains(complaint, StringComparison.Ordinal));
        Assert.Empty(new VerdictOptions().Validate(new(options)));
    }

    private static JobStanding[] Of(JobHistory history) => [new JobStanding(new Core.Jobs.Job { Name = "job" }, history, JobState.Waiting, "", null)];

    private static RetryStreak Streak(int id, DateTimeOffset from, DateTimeOffset until, int attempts, StreakState state) => new()
    {
        Id = new Guid(id, 0, 0, new byte[8]), Who = new RetryTeller("test", "h", "p", "t", "s3"), AppName = "job", Backend = "s3", Executor = ExecutorKind.Limited, StartedAt = from, EndedAt = until, HeardAt = until,
        State = state, Attempts = attempts, Class = FailureClass.Network,
    };

    private static JobHistory Outcomes(string runs) => History([.. runs.Select(run => run == '+')]);

    private static JobHistory History(bool[] good, long first = 1) => JobHistory.Of([.. good.Select((well, i) => Run(first + i, well, 10)).Reverse()]);

    private static JobHistory Lasting(double[] seconds) => JobHistory.Of([.. seconds.Select((length, i) => Run(i + 1, true, length)).Reverse()]);

    private static Run Run(long id, bool well, double seconds) => new()
    {
        Id = id, Job = "job", LogTime = Now.AddHours(id), Duration = TimeSpan.FromSeconds(seconds), Success = well ? Now.AddHours(id) : null, Outcome = well ? RunOutcome.Success : RunOutcome.Failure,
        Error = well ? null : new Core.Jobs.JobError("psycopg2.OperationalError", "could not connect to server: Connection refused", ""),
    };
}
