using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Backfill;

/// <summary>
/// What a backfill job owes at a moment, and why. The slots are those of <see cref="RunTimesRule"/>; what is added is whether anybody is late: a slot
/// that has come is not owed as long as the job's next run is still to come and was not put off by a failure, for then it is worked off in its ordinary
/// time. It is owed all the same when a whole interval passes before that run: a job that heals just before its time of day leaves that day's slot until
/// the next.
/// </summary>
public static class BacklogRule
{
    /// <summary>Two ticks of the usual five minutes: later than this is late.</summary>
    public static readonly TimeSpan LateAfter = TimeSpan.FromMinutes(10);

    /// <summary>The backlog at a moment of the database's clock.</summary>
    public static Backlog For(BacklogFacts facts, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var name = facts.Definition.Name;
        var lengths = RunLengths.Of(facts.History);
        if (facts.Row is not { } row)
        {
            return FirstRun(facts, now) with { Schedule = facts.Schedule };
        }

        if (row.Unreadable.TryGetValue("last_success", out var text))
        {
            return new Backlog(name, Slots.None) { State = BacklogState.Unreckonable, Because = $"Its last success reads '{text}': what it owes cannot be told.", Schedule = facts.Schedule };
        }

        var times = RunTimesRule.For(facts.Schedule, row, now);
        var backlog = times.Error is { } error
            ? new Backlog(name, times.Slots) { State = BacklogState.Unreckonable, Because = $"The scheduler has no answer: its run would end with {error}." }
            : times.SteppedFrom is not { } from ? FirstRun(facts, now)
            : times.Slots.IsEndless ? new Backlog(name, times.Slots) { State = BacklogState.Endless, Because = "Its frequency is nothing: the next run is called for one and the same slot without end." }
            : row.Ongoing is { } locked ? Running(facts, row, times.Slots, locked, now)
            : facts.IsFailing ? Failing(facts, row, times.Slots)
            : Waiting(facts, row, times.Slots, now) with { Until = NextSlot(facts.Schedule, times.Slots, from) };
        var lost = LostSlots.In(facts.Schedule, row, facts.History);
        return backlog with
        {
            Lost = lost,
            LostSince = facts.Schedule.Flavour == Flavour.Socorro ? facts.HistorySince : null,
            Lengths = lengths,
            Schedule = facts.Schedule,
            Next = backlog.Next ?? Next(facts, row, now),
            Eta = Eta(facts, backlog, row, lengths, now),
            Until = Earliest(now, backlog.Until, times.SteppedFrom is { } stepped ? NextSlot(facts.Schedule, times.Slots, stepped) : null, row.NextRun, Later(row.NextRun, LateAfter), row.Ongoing is { } taken ? StuckLockRule.From(taken, facts.History) : null),
        };
    }

    private static Backlog FirstRun(BacklogFacts facts, DateTimeOffset now)
    {
        var one = facts.Row is null ? "It has never run" : "It has never succeeded";
        return new Backlog(facts.Definition.Name, Slots.None)
        {
            State = BacklogState.FirstRun,
            Because = $"{one}: its next run is one run for the moment it starts, and slots before it are not made up for.",
            Next = new NextCall(facts.Row?.NextRun > now ? facts.Row.NextRun : null, Slots.One(now)),
            Until = facts.Row?.NextRun > now ? facts.Row.NextRun.Value : DateTimeOffset.MaxValue,
        };
    }

    private static Backlog Running(BacklogFacts facts, Job row, Slots slots, DateTimeOffset locked, DateTimeOffset now)
    {
        var run = CatchUpRule.For(facts.Schedule, row, facts.History);
        var done = run?.Done ?? 0;
        if (now > StuckLockRule.From(locked, facts.History))
        {
            var again = done > 0 ? $" {BackfillWords.Slots(done)} of that run {(done == 1 ? "is" : "are")} in the log as done and will be run again." : "";
            return new Backlog(facts.Definition.Name, slots)
            {
                State = BacklogState.Stuck,
                Because = $"Its lock was taken at {BackfillWords.At(locked)} and nothing was heard of that run since.{again}",
                FailingSlot = facts.IsFailing ? First(facts, slots) : null,
            };
        }

        var left = slots.Window(Math.Min(done, slots.Count), slots.Count);
        var many = run is { Planned.Count: > 1 };
        return new Backlog(facts.Definition.Name, left)
        {
            State = many ? BacklogState.CatchingUp : BacklogState.Running,
            Because = many
                ? $"A run since {BackfillWords.At(locked)} works off {BackfillWords.Slots(run!.Planned.Count)}; each shows in the log as soon as it is done."
                : $"Running since {BackfillWords.At(locked)}.",
            Progress = many ? run : null,
            FailingSlot = facts.IsFailing && done == 0 ? First(facts, slots) : null,
        };
    }

    private static Backlog Failing(BacklogFacts facts, Job row, Slots slots)
    {
        var failures = row.ErrorCount <= 1 ? "Its last run failed" : $"Its last {BackfillWords.Count(row.ErrorCount, "run")} failed";
        return facts.Schedule.Flavour == Flavour.Socorro
            ? new Backlog(facts.Definition.Name, slots) { State = BacklogState.Failing, Because = $"{failures}. The scheduler takes a slot that failed for done, so its next runs are for nothing until the next slot comes." }
            : new Backlog(facts.Definition.Name, slots)
            {
                State = BacklogState.Failing,
                Because = slots.Count == 0 ? $"{failures}, and it owes nothing now." : $"{failures}. Each try is for the slot {BackfillWords.At(slots.First)}; what comes after it waits.{NotTried(facts)}",
                FailingSlot = First(facts, slots),
            };
    }

    private static string NotTried(BacklogFacts facts) => facts.IsHeldBack ? $" Now it is not even tried: {facts.Tick!.Because}" : "";

    private static Backlog Waiting(BacklogFacts facts, Job row, Slots slots, DateTimeOffset now)
    {
        var name = facts.Definition.Name;
        if (row.NextRun is not { } next)
        {
            var why = row.Unreadable.ContainsKey("next_run") ? "When it runs next cannot be read." : "It has no next run and no lock: the scheduler never starts it again.";
            return new Backlog(name, slots) { State = slots.Count > 0 ? BacklogState.Behind : BacklogState.Nothing, Because = why };
        }

        if (next >= now)
        {
            // Passed over: by the time the next run starts these are a whole interval old.
            var passed = slots.Count == 0 ? Slots.None : slots.To(next - slots.Step);
            return passed.Count == 0
                ? new Backlog(name, Slots.None) { Because = $"Nothing is owed before {BackfillWords.At(next)}." }
                : new Backlog(name, passed) { State = BacklogState.Behind, Because = $"Its last run ended just before {(passed.Count == 1 ? "this slot" : "these slots")} came; the next, at {BackfillWords.At(next)}, works {(passed.Count == 1 ? "it" : "them")} off." };
        }

        if (slots.Count == 0)
        {
            return new Backlog(name, Slots.None) { Because = "Due, and there is nothing to do." };
        }

        if (facts.IsHeldBack)
        {
            return new Backlog(name, slots) { State = BacklogState.Blocked, Because = facts.Tick!.Because };
        }

        return now > Later(next, LateAfter)
            ? new Backlog(name, slots) { State = BacklogState.Behind, Because = $"Its run was due at {BackfillWords.At(next)} and has not started." }
            : new Backlog(name, slots) { State = BacklogState.Due, Because = $"Due since {BackfillWords.At(next)}; the next tick works it off." };
    }

    private static NextCall? Next(BacklogFacts facts, Job row, DateTimeOffset now)
    {
        if (row.Ongoing is not null || row.NextRun is not { } next || facts.Tick?.Outcome is TickOutcome.Never or TickOutcome.Ghost)
        {
            return null;
        }

        // A run starts after its moment, never on it.
        var start = next >= now ? next.AddTicks(1) : now;
        return new NextCall(next >= now ? next : null, RunTimesRule.For(facts.Schedule, row, start).Slots);
    }

    private static BacklogEta? Eta(BacklogFacts facts, Backlog backlog, Job row, RunLengths? lengths, DateTimeOffset now)
    {
        if (backlog.Owed.Count is 0 or Slots.Endless || facts.Schedule.Interval is not { Error: null, Value: var interval } || backlog.State == BacklogState.FirstRun)
        {
            return null;
        }

        if (backlog.Progress is { } run)
        {
            return EtaRule.For(backlog.Owed.Count, interval, lengths, now, $"with the run that began at {BackfillWords.At(run.Since)}");
        }

        if (facts.IsFailing && backlog.State == BacklogState.Failing)
        {
            return EtaRule.WhileFailing(backlog.FailingSlot, row.ErrorCount, facts.History);
        }

        if (backlog.State is BacklogState.Blocked or BacklogState.Stuck)
        {
            return facts.Tick is { Parent.Parent: var parent }
                ? new BacklogEta(null, $"Not before {(facts.Tick.ParentRoot is { } root && root != parent ? $"{root}, and then {parent}," : parent)} has run well: it waits for that.")
                : facts.Tick?.LockTakenOverFrom is { } free
                ? EtaRule.For(backlog.Owed.Count, interval, lengths, free > now ? free : now, $"once the scheduler takes the lock{Whose(facts)} over, from {BackfillWords.At(free)} on")
                : new BacklogEta(null, "Not before what is in the way is gone.");
        }

        return row.NextRun >= now
            ? EtaRule.For(backlog.Owed.Count, interval, lengths, row.NextRun.Value, $"from {BackfillWords.At(row.NextRun.Value)} on")
            : row.NextRun is null ? new BacklogEta(null, "Not before somebody gives it a next run.")
            : EtaRule.For(backlog.Owed.Count, interval, lengths, now, backlog.State == BacklogState.Running ? "the one under way first" : "from the next tick on");
    }

    private static string Whose(BacklogFacts facts) => facts.Tick?.StarvedBy is { } other ? $" of {other}" : "";

    private static DateTimeOffset? First(BacklogFacts facts, Slots slots) =>
        slots.Count == 0 || facts.Schedule.Flavour == Flavour.Socorro ? null : slots.First;

    // The moment at which one slot more has come.
    private static DateTimeOffset NextSlot(Schedule schedule, Slots slots, DateTimeOffset steppedFrom)
    {
        var next = schedule.Interval.Then(interval => PythonTime.Add(slots.Last ?? steppedFrom, interval));
        return next.Error is null ? next.Value : DateTimeOffset.MaxValue;
    }

    private static DateTimeOffset? Later(DateTimeOffset? moment, TimeSpan length) => moment is { } at && DateTimeOffset.MaxValue - at > length ? at + length : null;

    private static DateTimeOffset Earliest(DateTimeOffset now, params ReadOnlySpan<DateTimeOffset?> moments)
    {
        var earliest = DateTimeOffset.MaxValue;
        foreach (var moment in moments)
        {
            if (moment is { } at && at >= now && at < earliest)
            {
                earliest = at;
            }
        }

        return earliest;
    }
}
