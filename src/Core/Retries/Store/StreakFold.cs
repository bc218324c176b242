using System.Runtime.InteropServices;

namespace Dashboard.Core.Retries.Store;

/// <summary>Makes streaks of events: a pure rule, one event after the other, so it does not matter how the events were cut into batches.</summary>
internal static class StreakFold
{
    /// <summary>How long after the next attempt was due nothing may be heard.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Tells what a batch of events makes of the streaks known.</summary>
    /// <param name="known">The newest streak of each teller, open or ended.</param>
    /// <param name="events">In the order in which each thread told them.</param>
    /// <returns>The streaks that are new or changed, the newest of each teller last.</returns>
    public static IReadOnlyList<RetryStreak> Of(IReadOnlyDictionary<RetryTeller, RetryStreak> known, IEnumerable<RetryEvent> events)
    {
        var newest = new Dictionary<RetryTeller, RetryStreak>(known);
        var changed = new Dictionary<Guid, RetryStreak>();
        foreach (var told in events)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(newest, told.Who, out _);
            var before = place;
            var (ended, now) = Step(before, told);
            if (ended is not null)
            {
                changed[ended.Id] = ended;
            }

            if (now is not null && !ReferenceEquals(now, before))
            {
                place = now;
                changed[now.Id] = now;
            }
        }

        return [.. changed.Values.Where(streak => !ReferenceEquals(streak, newest[streak.Who])), .. changed.Values.Where(streak => ReferenceEquals(streak, newest[streak.Who]))];
    }

    /// <summary>What one event makes of the newest streak of its key.</summary>
    /// <returns>The streak it ended by beginning another, if it did; and the newest streak now.</returns>
    public static (RetryStreak? Ended, RetryStreak? Newest) Step(RetryStreak? newest, RetryEvent told)
    {
        if (newest is null)
        {
            return (null, Begin(told));
        }

        if (newest.State is not (StreakState.Open or StreakState.Lost))
        {
            // Told before it ended, heard after: that streak is over.
            return told.At < newest.EndedAt ? (null, newest) : (null, Begin(told) ?? newest);
        }

        if (told.At < newest.StartedAt)
        {
            return (null, newest);
        }

        if (Failed(told.Outcome) && told.Attempt <= newest.Attempts && !EndsSameAttempt(newest, told))
        {
            if (told.At <= newest.HeardAt)
            {
                return (null, newest with { Marks = MarksWith(newest.Marks, told) });
            }

            // It counts from the start again, so the streak before ended and nobody told how.
            return (newest.State == StreakState.Lost ? null : Lose(newest, told.At), Begin(told));
        }

        return (null, Continue(newest, told));
    }

    /// <summary>The moment at which an open streak is lost unless something is heard.</summary>
    public static DateTimeOffset SilentAt(RetryStreak streak) => (streak.NextAttemptAt ?? (streak.HeardAt + (streak.Delay ?? TimeSpan.Zero))) + Patience;

    private static RetryStreak Lose(RetryStreak streak, DateTimeOffset atLatest)
    {
        var silent = SilentAt(streak);
        return streak with { State = StreakState.Lost, EndedAt = silent < atLatest ? silent : atLatest, NextAttemptAt = null };
    }

    private static RetryStreak? Begin(RetryEvent told)
    {
        if (told.Outcome is RetryOutcome.OkAfterRetry or RetryOutcome.Recovered or RetryOutcome.Aborted)
        {
            return null;
        }

        return Continue(
            new RetryStreak
            {
                Id = told.Id,
                Who = told.Who,
                Backend = told.Backend,
                Executor = told.Executor,
                StartedAt = told.At,
                HeardAt = told.At,
                State = StreakState.Open,
                Attempts = 0,
            },
            told);
    }

    // One copy for each event, whatever it changes.
    private static RetryStreak Continue(RetryStreak streak, RetryEvent told)
    {
        var late = told.At < streak.HeardAt;
        var (heard, app, run) = (late ? streak.HeardAt : told.At, told.AppName ?? streak.AppName, told.RunId ?? streak.RunId);
        switch (told.Outcome)
        {
            case RetryOutcome.Waiting when late:
                return streak with { HeardAt = heard, AppName = app, RunId = run };
            case RetryOutcome.Waiting:
                return streak with
                {
                    HeardAt = heard,
                    AppName = app,
                    RunId = run,
                    State = StreakState.Open,
                    EndedAt = null,
                    Attempts = Math.Max(streak.Attempts, told.Attempt),
                    Delay = told.Delay ?? streak.Delay,
                    NextAttemptAt = told.NextAttemptAt ?? streak.NextAttemptAt,
                };
            case RetryOutcome.Fail or RetryOutcome.GaveUp or RetryOutcome.NotRetryable:
                var goesOn = told.Outcome == RetryOutcome.Fail;
                return streak with
                {
                    HeardAt = heard,
                    AppName = app,
                    RunId = run,
                    State = goesOn ? StreakState.Open : StreakState.GaveUp,
                    EndedAt = goesOn ? null : told.At,
                    Attempts = Math.Max(streak.Attempts, told.Attempt),
                    Delay = goesOn ? told.Delay : null,
                    NextAttemptAt = goesOn ? told.NextAttemptAt ?? (told.At + told.Delay) : null,
                    ExceptionType = told.ExceptionType ?? streak.ExceptionType,
                    ExceptionValue = told.ExceptionValue ?? streak.ExceptionValue,
                    Code = told.Code,
                    Class = told.Class ?? streak.Class,
                    Marks = MarksWith(streak.Marks, told),
                };
            default:
                return streak with
                {
                    HeardAt = heard,
                    AppName = app,
                    RunId = run,
                    State = told.Outcome == RetryOutcome.Aborted ? StreakState.Aborted : StreakState.Recovered,
                    EndedAt = told.At,
                    NextAttemptAt = null,
                };
        }
    }

    private static IReadOnlyList<AttemptMark> MarksWith(IReadOnlyList<AttemptMark> marks, RetryEvent told)
    {
        var mark = new AttemptMark(told.Attempt, told.At, told.Delay);
        if (marks.Count == 0 || marks[^1].Attempt < told.Attempt)
        {
            // As they nearly always come.
            AttemptMark[] longer = [.. marks.Skip(marks.Count - RetryStreak.MarksKept + 1), mark];
            return longer;
        }

        if (marks.Any(known => known.Attempt == told.Attempt))
        {
            return marks;
        }

        var all = marks.Append(mark).OrderBy(known => known.Attempt).ToArray();
        return all.Length > RetryStreak.MarksKept ? all[^RetryStreak.MarksKept..] : all;
    }

    // An executor with delays may tell the last failure, and then that it was the last.
    private static bool EndsSameAttempt(RetryStreak streak, RetryEvent told) =>
        told.Attempt == streak.Attempts && told.Outcome is (RetryOutcome.GaveUp or RetryOutcome.NotRetryable) && told.Executor != ExecutorKind.Plain;

    private static bool Failed(RetryOutcome outcome) => outcome is RetryOutcome.Fail or RetryOutcome.GaveUp or RetryOutcome.NotRetryable;
}
