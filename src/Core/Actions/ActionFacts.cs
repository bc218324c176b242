using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Actions;

/// <summary>What is known when an action is planned. Everything is of one moment, <see cref="Now"/>.</summary>
public sealed record ActionFacts
{
    /// <summary>The database's clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The scheduler's state table.</summary>
    public required ObservedRelation State { get; init; }

    /// <summary>The row, cell by cell, read just now; null when there is none.</summary>
    public RowImage? Image { get; init; }

    /// <summary>The same row as the rules read it.</summary>
    public Job? Row { get; init; }

    /// <summary>Every row, this one as read just now.</summary>
    public required JobsSnapshot Rows { get; init; }

    /// <summary>The runs of every job.</summary>
    public required RunsSnapshot Runs { get; init; }

    /// <summary>What the scheduler was told.</summary>
    public required ScheduleBook Book { get; init; }

    /// <summary>What became of the job's slots; null when it is not known when it runs.</summary>
    public SlotLedger? Ledger { get; init; }

    /// <summary>Its hold; null when it is not held.</summary>
    public JobHold? Hold { get; init; }

    /// <summary>Who is known to own its lock and when he was last heard of; null when nobody is known.</summary>
    public LockEvidence? Lock { get; init; }

    /// <summary>Who makes the ticks.</summary>
    public TickRunner Runner { get; init; } = TickRunner.Crontabber;

    /// <summary>Whose rules hold.</summary>
    public Flavour Flavour => Book.Flavour;

    /// <summary>What the scheduler was told of a job; null for a ghost and for a row nobody knows anything of.</summary>
    public JobDefinition? Definition(string job) => Book.Find(job);

    /// <summary>What the next tick does with these rows.</summary>
    internal TickSnapshot Tick(JobsSnapshot rows) => TickRule.Next(TickSnapshot.Empty(rows.Source), Book, rows, Runs, Now, Runner);
}

/// <summary>What is known of the owner of a lock.</summary>
/// <param name="Who">The process and its machine, in words.</param>
/// <param name="Heard">How long ago it was last heard of.</param>
/// <param name="Runs">Whether it is seen to run; null when that cannot be seen from here.</param>
public sealed record LockEvidence(string Who, TimeSpan Heard, bool? Runs)
{
    /// <summary>A process heard of so short a time ago is at work.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);

    /// <summary>Whether somebody works under the lock, as far as anybody can tell.</summary>
    public bool IsAlive => Runs ?? Heard < Fresh;
}

/// <summary>A job somebody keeps from running.</summary>
/// <param name="Job">Which.</param>
/// <param name="Until">To when.</param>
/// <param name="By">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
public sealed record JobHold(string Job, DateTimeOffset Until, string By, string Reason, DateTimeOffset Since)
{
    /// <summary>The action that made it.</summary>
    public Guid Action { get; init; }

    /// <summary>What <c>next_run</c> was before; null for NULL.</summary>
    public DateTimeOffset? NextRunBefore { get; init; }

    /// <summary>Whether its next run was written since, so that the runner does not keep to it. A hold is known at once and its row from the next look on: an older row says nothing of it.</summary>
    /// <param name="row">The job's row.</param>
    /// <param name="asOf">When that was looked at.</param>
    public bool IsOverwritten(Job row, DateTimeOffset? asOf)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.NextRun != Until && asOf > Since;
    }
}
