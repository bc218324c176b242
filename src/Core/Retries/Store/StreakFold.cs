namespace Dashboard.Core.Retries.Store;

/// <summary>Whose streaks these are: one process, thread and resource has at most one open at a time.</summary>
internal readonly record struct StreakKey(string Source, string Host, string Process, string Thread, string Resource)
{
    /// <summary>Of an event.</summary>
    public static StreakKey Of(RetryEvent told) => new(told.Source, told.Host, told.Process, told.Thread, told.Resource);

    /// <summary>Of a streak.</summary>
    public static StreakKey Of(RetryStreak streak) => new(streak.Source, streak.Host, streak.Process, streak.Thread, streak.Resource);
}

/// <summary>Makes streaks of events: a pure rule, one event after the other, so it does not matter how the events were cut into batches.</summary>
internal static class StreakFold
{
    /// <summary>How long after the next attempt was due nothing may be heard.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Tells what a batch of events makes of the streaks known.</summary>
    /// <param name="known">The newest streak of each key, open or ended.</param>
    /// <param name="events">In the order in which each thread told them.</param>
    /// <returns>The streaks that are new or changed, the newest of each key last.</returns>
    public static IReadOnlyList<RetryStreak> Of(IReadOnlyDictionary<StreakKey, RetryStreak> known, IEnumerable<RetryEvent> events)
    {
        var newest = new Dictionary<StreakKey, RetryStreak>(known);
        var changed = new Dictionary<Guid, RetryStreak>();
        foreach (var told in events)
        {
            var key = StreakKey.Of(told);
            var before = newest.GetValueOrDefault(key);
            var (ended, now) = Step(before, told);
            if (ended is not null)
            {
                changed[ended.Id] = ended;
            }

            if (now is not null && !ReferenceEquals(now, before))
            {
                newest[key] = now;
                changed[now.Id] = now;
            }
        }

        return [.. changed.Values.OrderBy(streak => ReferenceEquals(streak, newest[StreakKey.Of(streak)]))];
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
                return (null, WithMark(newest, told));
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
                Source = told.Source,
                Host = told.Host,
                Process = told.Process,
                Thread = told.Thread,
                Resource = told.Resource,
                Backend = told.Backend,
                Executor = told.Executor,
                StartedAt = told.At,
                HeardAt = told.At,
                State = StreakState.Open,
                Attempts = 0,
            },
            told);
    }

    private static RetryStreak Continue(RetryStreak streak, RetryEvent told)
    {
        var late = told.At < streak.HeardAt;
        streak = streak with
        {
            HeardAt = late ? streak.HeardAt : told.At,
            AppName = told.AppName ?? streak.AppName,
            RunId = told.RunId ?? streak.RunId,
        };
        switch (told.Outcome)
        {
            case RetryOutcome.Waiting:
                return late
                    ? streak
                    : streak with
                    {
                        State = StreakState.Open,
                        EndedAt = null,
                        Attempts = Math.Max(streak.Attempts, told.Attempt),
                        Delay = told.Delay ?? streak.Delay,
                        NextAttemptAt = told.NextAttemptAt ?? streak.NextAttemptAt,
                    };
            case RetryOutcome.Fail:
                return WithFailure(streak, told) with { State = StreakState.Open, EndedAt = null, Delay = told.Delay, NextAttemptAt = told.NextAttemptAt ?? (told.At + told.Delay) };
            case RetryOutcome.GaveUp or RetryOutcome.NotRetryable:
                return End(WithFailure(streak, told), StreakState.GaveUp, told) with { Delay = null };
            case RetryOutcome.Aborted:
                return End(streak, StreakState.Aborted, told);
            default:
                return End(streak, StreakState.Recovered, told);
        }
    }

    private static RetryStreak End(RetryStreak streak, StreakState state, RetryEvent told) => streak with { State = state, EndedAt = told.At, NextAttemptAt = null };

    private static RetryStreak WithFailure(RetryStreak streak, RetryEvent told) => WithMark(streak, told) with
    {
        Attempts = Math.Max(streak.Attempts, told.Attempt),
        ExceptionType = told.ExceptionType ?? streak.ExceptionType,
        ExceptionValue = told.ExceptionValue ?? streak.ExceptionValue,
        Code = told.Code,
        Class = told.Class ?? streak.Class,
    };

    private static RetryStreak WithMark(RetryStreak streak, RetryEvent told)
    {
        var mark = new AttemptMark(told.Attempt, told.At, told.Delay);
        if (streak.Marks.Any(known => known.Attempt == told.Attempt))
        {
            return streak;
        }

        var marks = streak.Marks.Append(mark).OrderBy(known => known.Attempt).ToArray();
        return streak with { Marks = marks.Length > RetryStreak.MarksKept ? marks[^RetryStreak.MarksKept..] : marks };
    }

    // An executor with delays may tell the last failure, and then that it was the last.
    private static bool EndsSameAttempt(RetryStreak streak, RetryEvent told) =>
        told.Attempt == streak.Attempts && told.Outcome is (RetryOutcome.GaveUp or RetryOutcome.NotRetryable) && told.Executor != ExecutorKind.Plain;

    private static bool Failed(RetryOutcome outcome) => outcome is RetryOutcome.Fail or RetryOutcome.GaveUp or RetryOutcome.NotRetryable;
}
