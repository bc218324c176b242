using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Store;
using FsCheck;
using FsCheck.Fluent;
using static Dashboard.Core.Tests.Retries.Store.SampleEvents;

namespace Dashboard.Core.Tests.Retries.Store;

/// <summary>What events make of streaks.</summary>
public sealed class StreakFoldTests
{
    private static readonly DateTimeOffset Start = new(2014, 6, 8, 3, 23, 53, TimeSpan.Zero);

    [Fact]
    public void Failures_up_to_a_success_are_one_recovered_streak()
    {
        var streak = Assert.Single(Fold(
            Told(RetryOutcome.Fail, 1, Start), Told(RetryOutcome.Waiting, 1, Start.AddSeconds(5)), Told(RetryOutcome.Fail, 2, Start.AddSeconds(11), delay: 30),
            Told(RetryOutcome.OkAfterRetry, 3, Start.AddSeconds(42))));

        Assert.Equal(StreakState.Recovered, streak.State);
        Assert.Equal(TimeSpan.FromSeconds(42), streak.TimeToRecover);
        Assert.Equal(2, streak.Attempts);
        Assert.Equal([1, 2], streak.Marks.Select(mark => mark.Attempt));
        Assert.Null(streak.NextAttemptAt);
    }

    [Fact]
    public void A_sign_of_life_moves_what_was_heard_last_and_not_the_attempts()
    {
        var next = Start.AddSeconds(10);
        var streak = Assert.Single(Fold(Told(RetryOutcome.Fail, 1, Start), Told(RetryOutcome.Waiting, 1, Start.AddSeconds(4)) with { NextAttemptAt = next }));
        Assert.Equal((StreakState.Open, 1, Start.AddSeconds(4)), (streak.State, streak.Attempts, streak.HeardAt));
        Assert.Equal(next, streak.NextAttemptAt);
    }

    [Theory]
    [InlineData(RetryOutcome.GaveUp, StreakState.GaveUp)]
    [InlineData(RetryOutcome.NotRetryable, StreakState.GaveUp)]
    [InlineData(RetryOutcome.Aborted, StreakState.Aborted)]
    [InlineData(RetryOutcome.Recovered, StreakState.Recovered)]
    public void An_end_is_told_by_its_word(RetryOutcome outcome, StreakState state)
    {
        var streak = Assert.Single(Fold(Told(RetryOutcome.Fail, 1, Start), Told(outcome, 2, Start.AddSeconds(12))));
        Assert.Equal((state, Start.AddSeconds(12)), (streak.State, streak.EndedAt));
    }

    [Fact]
    public void An_error_no_attempt_heals_is_a_streak_of_its_own()
    {
        var streak = Assert.Single(Fold(Told(RetryOutcome.NotRetryable, 1, Start)));
        Assert.Equal((StreakState.GaveUp, 1), (streak.State, streak.Attempts));
    }

    [Fact]
    public void Who_counts_from_one_again_lost_the_streak_before()
    {
        var streaks = Fold(Told(RetryOutcome.Fail, 1, Start), Told(RetryOutcome.Fail, 2, Start.AddSeconds(10)), Told(RetryOutcome.Fail, 1, Start.AddMinutes(10)));
        Assert.Equal([StreakState.Lost, StreakState.Open], streaks.Select(streak => streak.State));
        Assert.Equal(Start.AddSeconds(10 + 10 + 60), streaks[0].EndedAt);
    }

    [Fact]
    public void Who_was_lost_and_is_heard_again_goes_on()
    {
        var open = Assert.Single(Fold(Told(RetryOutcome.Fail, 1, Start)));
        var lost = open with { State = StreakState.Lost, EndedAt = StreakFold.SilentAt(open) };
        var again = StreakFold.Step(lost, Told(RetryOutcome.Fail, 2, Start.AddMinutes(5))).Newest!;
        Assert.Equal((open.Id, StreakState.Open, 2), (again.Id, again.State, again.Attempts));
        Assert.Null(again.EndedAt);
        Assert.Equal(StreakState.Recovered, StreakFold.Step(lost, Told(RetryOutcome.OkAfterRetry, 2, Start.AddMinutes(5))).Newest!.State);
    }

    [Fact]
    public void A_success_after_no_failure_is_no_streak() => Assert.Empty(Fold(Told(RetryOutcome.OkAfterRetry, 2, Start)));

    [Fact]
    public void What_comes_late_from_before_the_end_does_not_open_it_again()
    {
        var streak = Assert.Single(Fold(Told(RetryOutcome.Fail, 1, Start), Told(RetryOutcome.Recovered, 2, Start.AddSeconds(20)), Told(RetryOutcome.Waiting, 1, Start.AddSeconds(5))));
        Assert.Equal(StreakState.Recovered, streak.State);
    }

    [Fact]
    public void Threads_and_resources_have_streaks_of_their_own() =>
        Assert.Equal(3, Fold(Told(RetryOutcome.Fail, 1, Start), Told(RetryOutcome.Fail, 1, Start, "Thread-1"), Told(RetryOutcome.Fail, 1, Start, resource: "rabbitmq")).Count);

    [Fact]
    public void A_very_long_streak_keeps_the_marks_of_its_end()
    {
        var streak = Assert.Single(Fold([.. Enumerable.Range(1, 500).Select(attempt => Told(RetryOutcome.Fail, attempt, Start.AddSeconds(attempt)))]));
        Assert.Equal((500, RetryStreak.MarksKept, 500), (streak.Attempts, streak.Marks.Count, streak.Marks[^1].Attempt));
    }

    [Fact]
    public void However_events_are_cut_into_batches_the_streaks_are_the_same()
    {
        var told = Gen.Choose(0, 6).SelectMany(outcome => Gen.Choose(1, 4).SelectMany(attempt => Gen.Choose(0, 100).SelectMany(seconds => Gen.Choose(0, 3).Select(who => (outcome, attempt, seconds, who)))));
        Prop.ForAll(
            told.ListOf().ToArbitrary(),
            Gen.Choose(1, 7).ToArbitrary(),
            (sequence, size) =>
            {
                var events = Any(sequence, Start);
                var whole = Fold(events);
                var known = new Dictionary<RetryTeller, RetryStreak>();
                var all = new Dictionary<Guid, RetryStreak>();
                foreach (var batch in events.Chunk(size))
                {
                    foreach (var streak in StreakFold.Of(known, batch))
                    {
                        all[streak.Id] = streak;
                        known[streak.Who] = streak;
                    }
                }

                Assert.Equal(Words(whole), Words(all.Values));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Each_key_has_at_most_one_open_streak_and_streaks_end_after_they_start()
    {
        var told = Gen.Choose(0, 6).SelectMany(outcome => Gen.Choose(1, 4).SelectMany(attempt => Gen.Choose(0, 100).SelectMany(seconds => Gen.Choose(0, 3).Select(who => (outcome, attempt, seconds, who)))));
        Prop.ForAll(told.ListOf().ToArbitrary(), sequence =>
        {
            var streaks = Fold(Any(sequence, Start));
            Assert.All(streaks.GroupBy(streak => streak.Who), group => Assert.True(group.Count(streak => streak.State == StreakState.Open) <= 1));
            Assert.All(streaks, streak => Assert.True(!(streak.EndedAt < streak.StartedAt) && streak.EndedAt is null == (streak.State == StreakState.Open)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    internal static IEnumerable<string> Words(IEnumerable<RetryStreak> streaks) => streaks.OrderBy(streak => streak.Id).Select(streak =>
        $"{streak with { Marks = [] }} {string.Join(' ', streak.Marks)}".Replace(streak.Marks.GetType().ToString(), "", StringComparison.Ordinal).Replace("Dashboard.Core.Retries.AttemptMark[]", "", StringComparison.Ordinal));

    private static IReadOnlyList<RetryStreak> Fold(params RetryEvent[] events) =>
        [.. StreakFold.Of(new Dictionary<RetryTeller, RetryStreak>(), events).OrderBy(streak => streak.StartedAt)];
}
