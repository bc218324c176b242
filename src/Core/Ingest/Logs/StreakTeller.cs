using Dashboard.Core.Retries;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>Who speaks: a thread of a process.</summary>
internal readonly record struct Speaker(ProcessState Process, string Thread, ThreadState State);

/// <summary>Tells events of attempts, and how streaks end.</summary>
internal sealed class StreakTeller(LogSubject subject)
{
    /// <summary>A resource whose name is not in the log.</summary>
    public const string Unnamed = "unknown";

    private const int MostStreaks = 8;

    // Sleeps are in whole seconds, stamps are not.
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(1);
    private readonly LogEventIds ids = new(subject.Host);

    public List<RetryEvent> Events { get; } = [];

    /// <summary><c>retry in N seconds</c>: the failure before it is whole.</summary>
    public void Retry(Speaker who, TimeSpan? delay, DateTimeOffset at)
    {
        if (who.State.Pending is not null)
        {
            Fail(who, delay, at + delay);
        }
        else if (who.State.Streaks is [.., var last] && last.Delay is null)
        {
            (last.Delay, last.First, last.Next) = (delay?.TotalSeconds, last.First ?? delay?.TotalSeconds, at + delay);
        }
    }

    /// <summary>A failure that nothing more was said of.</summary>
    public void Flush(Speaker who)
    {
        if (who.State.Pending is not null)
        {
            Fail(who, null, null);
        }
    }

    public void Waiting(Speaker who, string? resource, (TimeSpan Waited, TimeSpan Of)? waited, DateTimeOffset at, LogPlace place)
    {
        var streak = Find(who, resource);
        if (streak is null)
        {
            // The log begins in the middle of a wait.
            streak = Open(who, resource ?? Unnamed);
            streak.Attempts = 1;
        }

        if (waited is { } wait)
        {
            streak.Delay ??= wait.Of.TotalSeconds;
            streak.Next ??= at + (wait.Of - wait.Waited);
        }

        Add(who, streak, RetryOutcome.Waiting, at, place, 0);
    }

    /// <summary>The thread went on: its attempts got through, but where the last one allowed had failed. Whether one of these failed for a locked row.</summary>
    public bool Through(Speaker who, DateTimeOffset at, LogPlace place)
    {
        var ordinal = 0;
        var locked = false;
        foreach (var streak in who.State.Streaks)
        {
            locked |= streak.Exhausted && streak.Type is { } type && (type.EndsWith("LockNotAvailable", StringComparison.Ordinal) || type.EndsWith("RowLevelLockError", StringComparison.Ordinal));
            End(who, streak, at, place, ordinal++);
        }

        who.State.Streaks.Clear();
        return locked;
    }

    /// <summary>An ordinary line: proves something only in a thread that runs no jobs, and after the wait.</summary>
    public void Weak(Speaker who, DateTimeOffset at, LogPlace place)
    {
        if (!who.State.RunsJobs && who.State.Streaks.TrueForAll(streak => streak.Next is not { } next || at >= next - Early))
        {
            Through(who, at, place);
        }
    }

    /// <summary>An exception came out of what the thread was doing.</summary>
    public void Failed(Speaker who, string? type, string value, DateTimeOffset at, LogPlace place, bool atTheEnd)
    {
        var ordinal = 0;
        foreach (var streak in who.State.Streaks)
        {
            // What the interpreter writes on its way out has no time: the executor raised when the wait was over.
            var when = atTheEnd && streak.Next > at ? streak.Next.Value : at;
            if (type is "KeyboardInterrupt" or "SystemExit")
            {
                Add(who, streak, RetryOutcome.Aborted, when, place, ordinal++);
            }
            else if (atTheEnd || streak.Exhausted || type is null || type == streak.Type)
            {
                Add(who, streak, RetryOutcome.GaveUp, when, place, ordinal++);
            }
            else
            {
                (streak.Attempts, streak.Type, streak.Value, streak.Delay, streak.Next) = (streak.Attempts + 1, type, value, null, null);
                Add(who, streak, RetryOutcome.NotRetryable, when, place, ordinal++);
            }
        }

        who.State.Streaks.Clear();
    }

    public void NotRetryable(Speaker who, EntryState entry)
    {
        var streak = Find(who, entry.Resource) ?? Open(who, entry.Resource ?? Unnamed);
        (streak.Attempts, streak.Type, streak.Value, streak.Delay, streak.Next) = (streak.Attempts + 1, entry.Traceback.Type, entry.Traceback.Value, null, null);
        Add(who, streak, RetryOutcome.NotRetryable, entry.At, entry.Place, 0);
        who.State.Streaks.Remove(streak);
    }

    /// <summary>The executor with one attempt failed.</summary>
    public void Raised(Speaker who, EntryState entry)
    {
        var streak = Made(who, entry.Resource ?? Unnamed, ExecutorKind.Plain, []);
        (streak.Attempts, streak.Type, streak.Value) = (1, entry.Traceback.Type, entry.Traceback.Value);
        Add(who, streak, RetryOutcome.Fail, entry.At, entry.Place, 0);
        Add(who, streak, RetryOutcome.GaveUp, entry.At, entry.Place, 1);
    }

    private void Fail(Speaker who, TimeSpan? delay, DateTimeOffset? next)
    {
        var failure = who.State.Pending!;
        who.State.Pending = null;
        var streak = Find(who, failure.Resource);
        if (streak is not null && !streak.GoesOn(delay?.TotalSeconds))
        {
            End(who, streak, failure.At, failure.Place, 1);
            who.State.Streaks.Remove(streak);
            streak = null;
        }

        streak ??= Open(who, failure.Resource);
        (streak.Type, streak.Value) = (failure.Type, failure.Value);
        (streak.Attempts, streak.Delay, streak.First, streak.Next) = (streak.Attempts + 1, delay?.TotalSeconds, streak.First ?? delay?.TotalSeconds, next);
        Add(who, streak, RetryOutcome.Fail, failure.At, failure.Place, 0);
    }

    private void End(Speaker who, OpenStreak streak, DateTimeOffset at, LogPlace place, int ordinal)
    {
        var gaveUp = streak.Exhausted;
        if (!gaveUp)
        {
            (streak.Attempts, streak.Type, streak.Value) = (streak.Attempts + 1, null, "");
        }

        (streak.Delay, streak.Next) = (null, null);
        Add(who, streak, gaveUp ? RetryOutcome.GaveUp : RetryOutcome.Recovered, at, place, ordinal);
    }

    private static OpenStreak? Find(Speaker who, string? resource) =>
        resource is null or Unnamed ? who.State.Streaks.LastOrDefault() : who.State.Streaks.Find(streak => streak.Resource == resource);

    private static OpenStreak Open(Speaker who, string resource)
    {
        var (kind, ladder) = ExecutorSettings.Of(who.Process, who.State.Job);

        // It retries, whatever the configuration says of others.
        var streak = Made(who, resource, kind == ExecutorKind.Plain ? ExecutorKind.Infinite : kind, ladder);
        if (who.State.Streaks.Count >= MostStreaks)
        {
            who.State.Streaks.RemoveAt(0);
        }

        who.State.Streaks.Add(streak);
        return streak;
    }

    private static OpenStreak Made(Speaker who, string resource, ExecutorKind kind, List<double> ladder) =>
        new() { Resource = resource, Kind = kind, Ladder = ladder, Job = who.State.Job };

    private void Add(Speaker who, OpenStreak streak, RetryOutcome outcome, DateTimeOffset at, LogPlace place, int ordinal)
    {
        var (type, value, kind) = outcome == RetryOutcome.Waiting ? default : LogSubject.Exception(streak.Type, streak.Value);
        var waits = outcome is RetryOutcome.Fail or RetryOutcome.Waiting;
        Events.Add(new RetryEvent
        {
            Id = ids.Of(place, ordinal),
            At = at,
            Who = new RetryTeller(subject.Source, subject.Host, who.Process.Name, who.Thread, streak.Resource),
            AppName = streak.Job is null ? null : subject.JobOf(streak.Job),
            Backend = streak.Backend,
            Executor = streak.Kind,
            Attempt = streak.Attempts,
            Outcome = outcome,
            ExceptionType = type,
            ExceptionValue = value,
            Code = kind?.Code,
            Class = kind?.Class,
            Delay = waits && streak.Delay is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            NextAttemptAt = waits ? streak.Next : null,
        });
    }
}
