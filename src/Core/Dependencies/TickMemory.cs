using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Dependencies;

/// <summary>
/// What the last walk found, as far as it still holds. When one row of a thousand changes only that job, those that wait for it, and where the tick ends or queues
/// are asked again. It is never held to know better than a walk from nothing: a law in the tests says that both find the same.
/// </summary>
internal sealed class TickMemory
{
    private readonly TickPlan plan;
    private readonly bool[] touched;
    private readonly bool[] kept;
    private IReadOnlyList<JobTick> before = [];
    private bool knows;

    private TickMemory(TickPlan plan)
    {
        this.plan = plan;
        (touched, kept) = (new bool[plan.Places.Count], new bool[plan.Places.Count]);
    }

    /// <summary>Until when what it knows holds at the longest.</summary>
    public DateTimeOffset Until { get; private init; } = DateTimeOffset.MaxValue;

    /// <summary>What is still known: nothing, unless rules, runner and order are the same and the clock alone changed nothing.</summary>
    public static TickMemory Of(TickSnapshot before, TickPlan plan, ScheduleBook book, JobsSnapshot rows, RunsSnapshot runs, TickRunner runner, DateTimeOffset now)
    {
        if (!ReferenceEquals(before.Plan, plan) || !ReferenceEquals(before.Book, book) || before is not { Rows: { } oldRows, Runs: { } oldRuns } || before.Runner != runner
            || before.Jobs.Count != plan.Places.Count || before.At > now || now > before.Until)
        {
            return new TickMemory(plan);
        }

        var memory = new TickMemory(plan) { Until = before.Until, before = before.Jobs, knows = true };
        for (var i = 0; i < rows.Jobs.Count; i++)
        {
            // How long its runs last tells a running job from a stuck lock.
            var row = rows.Jobs[i];
            memory.touched[plan.RowPlaces[i]] = !ReferenceEquals(row, oldRows.Jobs[i]) || (row.Ongoing is not null && !ReferenceEquals(runs.Of(row.Name), oldRuns.Of(row.Name)));
        }

        return memory;
    }

    /// <summary>Whether what was found at a place was taken from here.</summary>
    public bool IsKept(int place) => kept[place];

    /// <summary>What was found there before.</summary>
    public ref readonly TickFacts Of(int place) => ref before[place].FactsInPlace;

    /// <summary>Whether a job stands as it stood; if so it counts as kept. To be asked in run order.</summary>
    public bool Keeps(int place)
    {
        // Where the tick ends or queues decides about all that follow: such a place is always asked again.
        return knows && (kept[place] = !touched[place] && !Decides(Of(place).Otherwise) && !IsParentTouched(place));
    }

    /// <summary>A job was asked again.</summary>
    public void Found(int place, in TickFacts now)
    {
        if (!knows)
        {
            return;
        }

        ref readonly var old = ref Of(place);
        touched[place] |= now != old;
        if ((Decides(now.Otherwise) || Decides(old.Otherwise)) && (touched[place] || IsParentTouched(place)))
        {
            knows = false;
        }
    }

    private bool IsParentTouched(int place)
    {
        foreach (var parent in plan.ParentPlaces[place])
        {
            if (touched[parent])
            {
                return true;
            }
        }

        return false;
    }

    private static bool Decides(TickOutcome otherwise) => otherwise is TickOutcome.Running or TickOutcome.Locked or TickOutcome.Dies;
}
