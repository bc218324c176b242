using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Backfill;

/// <summary>Runs of a job in the order of their ids, and how far back they are all there are.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Since">Older runs may be missing; null when nothing is known.</param>
public sealed record KnownRuns(IReadOnlyList<SlotRun> Runs, DateTimeOffset? Since)
{
    /// <summary>The recent runs of a job: of every job so many are kept, and the log was read back so far.</summary>
    public static KnownRuns Recent(JobHistory history, DateTimeOffset? logSince)
    {
        ArgumentNullException.ThrowIfNull(history);
        return new KnownRuns([.. history.Runs.OrderBy(run => run.Id).Select(SlotRun.Of)], history.Runs.Count == JobHistory.Kept ? history.Runs[^1].LogTime : logSince);
    }

    /// <summary>These and newer ones, as they come while somebody looks on.</summary>
    public KnownRuns With(KnownRuns newer)
    {
        ArgumentNullException.ThrowIfNull(newer);
        return new KnownRuns([.. newer.Runs.Concat(Runs).DistinctBy(run => run.Id).OrderBy(run => run.Id)], Since is null || newer.Since < Since ? newer.Since : Since);
    }
}

/// <summary>
/// What became of each slot of a job: its row, its runs and the clock laid on its slots. Only slots with runs are kept one by one; all others follow
/// from where they lie, so that years of minutes cost no more than their runs.
/// </summary>
public sealed class SlotLedger
{
    private readonly Dictionary<DateTimeOffset, SlotRuns> runs = [];
    private readonly CatchUp? underWay;
    private readonly DateTimeOffset? first;

    private SlotLedger(BacklogFacts facts, SlotGrid grid, KnownRuns known, DateTimeOffset now)
    {
        (Facts, Grid, Now, Since) = (facts, grid, now, known.Since);
        var (schedule, row) = (facts.Schedule, facts.Row);
        Called = schedule.Backfills && row?.LastSuccess is not null ? RunTimesRule.For(schedule, row, now).Slots : Slots.None;
        LastDone = schedule.Backfills && row?.LastSuccess is not null ? grid.Anchor : null;
        first = row?.FirstRun is { } began ? CellOf(began) : null;
        underWay = row is not null && row.Ongoing is { } locked && now <= StuckLockRule.From(locked, facts.History) ? CatchUpRule.For(schedule, row, facts.History) : null;
        foreach (var (run, slot) in schedule.Backfills ? AttributedRun.All(schedule, known.Runs, row?.LastSuccess) : known.Runs.Select(Begun).ToList())
        {
            if (slot is { } at)
            {
                var cell = CellOf(at);
                (runs.TryGetValue(cell, out var entry) ? entry : runs[cell] = new SlotRuns()).Add(run);
            }
        }

        if (LastDone is { } last)
        {
            // The row says that it was done, whatever the log has forgotten.
            runs.TryAdd(last, new SlotRuns());
        }
    }

    /// <summary>What it rests on.</summary>
    public BacklogFacts Facts { get; }

    /// <summary>All slots of the job.</summary>
    public SlotGrid Grid { get; }

    /// <summary>The moment it is of.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Runs older than this may be missing from it; null when nothing is known of runs.</summary>
    public DateTimeOffset? Since { get; }

    /// <summary>The slots a run that starts now would be called for.</summary>
    public Slots Called { get; }

    /// <summary>The last slot the row takes for done; null for a job that never succeeded or does not backfill.</summary>
    public DateTimeOffset? LastDone { get; }

    /// <summary>The last moment whose slot has come: crontabber stops short of now, Socorro takes now in.</summary>
    public DateTimeOffset Come => Facts.Schedule.Flavour == Flavour.Socorro ? Now : Now.AddTicks(-1);

    /// <summary>The ledger of a job, or why it has no slots.</summary>
    public static Answer<SlotLedger> For(BacklogFacts facts, KnownRuns known, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(known);
        return SlotGrid.Of(facts.Schedule, facts.Row, now).Then<SlotLedger>(grid => new SlotLedger(facts, grid, known, now));
    }

    /// <summary>One slot.</summary>
    public SlotCell At(DateTimeOffset slot)
    {
        var entry = runs.GetValueOrDefault(slot);
        return new SlotCell(slot, StateOf(slot, entry))
        {
            Successes = entry?.Successes ?? 0,
            Failures = entry?.Failures ?? 0,
            Ended = entry?.Last?.Ended,
            Length = entry?.Last?.Length,
            ErrorType = entry?.ErrorType,
        };
    }

    /// <summary>Some slots, one by one: for a window, not for years.</summary>
    public IReadOnlyList<SlotCell> In(Slots slots) => [.. slots.Select(At)];

    /// <summary>How many of these slots are in each state, counted without walking them.</summary>
    public IReadOnlyDictionary<SlotState, long> Count(Slots slots)
    {
        var counts = new Dictionary<SlotState, long>();
        foreach (var (state, part) in Parts(slots))
        {
            Add(state, part.Count);
        }

        foreach (var slot in Special(slots))
        {
            Add(Ordinary(slot), -1);
            Add(StateOf(slot, runs.GetValueOrDefault(slot)), 1);
        }

        return counts.Where(count => count.Value != 0).ToDictionary();

        void Add(SlotState state, long number) => counts[state] = counts.GetValueOrDefault(state) + number;
    }

    /// <summary>The first of these slots in one of these states, found without walking them all; null when there is none.</summary>
    public DateTimeOffset? First(Slots slots, Func<SlotState, bool> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var special = Special(slots).ToHashSet();
        DateTimeOffset? earliest = special.Where(slot => wanted(StateOf(slot, runs.GetValueOrDefault(slot)))).Order().Select(slot => (DateTimeOffset?)slot).FirstOrDefault();
        foreach (var (_, part) in Parts(slots).Where(part => wanted(part.State)))
        {
            var found = part.Select(slot => (DateTimeOffset?)slot).FirstOrDefault(slot => !special.Contains(slot!.Value));
            earliest = found is not null && (earliest is null || found < earliest) ? found : earliest;
        }

        return earliest;
    }

    private static AttributedRun Begun(SlotRun run) => new(run, run.Success ?? run.Ended - (run.Length ?? TimeSpan.Zero));

    // The first run of a job is for the moment it starts; with a time of day the scheduler steps from that time of its day.
    private DateTimeOffset CellOf(DateTimeOffset moment)
    {
        if (Grid.Has(moment) || !Facts.Schedule.Backfills)
        {
            return Grid.At(moment);
        }

        return Facts.Schedule.AtItsTime(moment) is { Error: null, Value: var at } ? Grid.At(at) : Grid.At(moment);
    }

    private SlotState StateOf(DateTimeOffset slot, SlotRuns? entry)
    {
        if (IsUnderWay(slot))
        {
            return SlotState.Running;
        }

        if (entry is { Successes: > 0 })
        {
            return entry.IsRepeated && Facts.Schedule.Backfills ? SlotState.Repeated : SlotState.Done;
        }

        if (entry is { Failures: > 0 })
        {
            return Facts.Schedule is { Backfills: true, Flavour: Flavour.Socorro } && slot <= LastDone ? SlotState.Lost : SlotState.Failed;
        }

        return entry is null ? Ordinary(slot) : SlotState.Done;
    }

    private bool IsUnderWay(DateTimeOffset slot) => Facts.Schedule.Backfills
        ? underWay is { } run && run.Done < run.Planned.Count && run.Planned[run.Done] == slot
        : Facts.Row?.Ongoing is { } since && Grid.At(since) == slot;

    // What a slot is where no run is known for it.
    private SlotState Ordinary(DateTimeOffset slot) => Parts(Slots.One(slot)).First().State;

    // Slots that are not what their place says: those with runs, and the one under way.
    private IEnumerable<DateTimeOffset> Special(Slots slots)
    {
        foreach (var slot in runs.Keys.Where(slot => slots.PlaceOf(slot) is not null))
        {
            yield return slot;
        }

        var running = Facts.Schedule.Backfills
            ? underWay is { } run && run.Done < run.Planned.Count ? run.Planned[run.Done] : (DateTimeOffset?)null
            : Facts.Row?.Ongoing is { } since ? Grid.At(since) : null;
        if (running is { } at && slots.PlaceOf(at) is not null && !runs.ContainsKey(at))
        {
            yield return at;
        }
    }

    // The slots cut where the ordinary state changes, in order.
    private IEnumerable<(SlotState State, Slots Part)> Parts(Slots slots)
    {
        var known = Since ?? DateTimeOffset.MaxValue;
        var backfills = Facts.Schedule.Backfills;
        var come = backfills ? Come : Grid.At(Now).AddTicks(-1);
        var done = LastDone ?? (backfills ? come : DateTimeOffset.MinValue);

        // What will be done in its ordinary time although it has come.
        var owedUntil = backfills && Facts is { IsFailing: false, Row: { Ongoing: null, NextRun: { } next } } && next >= Now ? Earlier(next - Grid.Step, come) : come;
        var past = slots.To(come);
        var undone = backfills ? past.From(done.AddTicks(1)) : Slots.None;
        var (over, waiting) = (undone.To(owedUntil), owedUntil == DateTimeOffset.MinValue ? undone : undone.From(owedUntil.AddTicks(1)));
        var old = backfills ? past.To(done) : past;
        var early = first is { } start && start > DateTimeOffset.MinValue ? old.To(start.AddTicks(-1)) : Slots.None;
        var later = first is { } from ? old.From(from) : old;
        var unrecorded = known > DateTimeOffset.MinValue ? later.To(known.AddTicks(-1)) : Slots.None;
        var recorded = later.From(known);
        foreach (var part in new (SlotState, Slots Part)[]
        {
            (SlotState.BeforeFirst, early),
            (SlotState.NotRecorded, unrecorded),
            (backfills ? SlotState.Missing : SlotState.NoRun, recorded),
            (SlotState.Owed, over),
            (SlotState.NotYet, waiting),
            (SlotState.NotYet, slots.From(come.AddTicks(1))),
        })
        {
            if (part.Part.Count > 0)
            {
                yield return part;
            }
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private sealed class SlotRuns
    {
        private readonly HashSet<DateTimeOffset> succeededFor = [];

        public int Successes { get; private set; }

        public int Failures { get; private set; }

        public bool IsRepeated { get; private set; }

        public SlotRun? Last { get; private set; }

        public string? ErrorType { get; private set; }

        public void Add(SlotRun run)
        {
            if (run.Success is { } slot)
            {
                Successes++;
                IsRepeated |= !succeededFor.Add(slot);
                Last = run;
            }
            else if (run.Failed)
            {
                Failures++;
                ErrorType = run.ErrorType ?? ErrorType;
                Last = Successes > 0 ? Last : run;
            }
        }
    }
}
