using Dashboard.Core.Dependencies;

namespace Dashboard.Web.Dependencies;

/// <summary>What the next tick of the scheduler does with a job, for other programs.</summary>
public sealed record TickWire
{
    /// <summary>What becomes of it.</summary>
    public required TickOutcome Outcome { get; init; }

    /// <summary>Why, in a sentence or two.</summary>
    public required string Because { get; init; }

    /// <summary>Its place in run order, from 0; null when it has none.</summary>
    public int? Place { get; init; }

    /// <summary>Whether its time has come.</summary>
    public required bool IsDue { get; init; }

    /// <summary>The direct parent in the way; null when none is.</summary>
    public string? BlockedBy { get; init; }

    /// <summary>Which of the scheduler's three tests that parent fails; null when none is in the way.</summary>
    public ParentTest? BlockedByTest { get; init; }

    /// <summary>The job whose lock, or whose death, ends the tick before it comes so far; null when nothing does.</summary>
    public string? StarvedBy { get; init; }

    /// <summary>Where a remedy helps first; null when nothing is in the way.</summary>
    public string? Root { get; init; }

    /// <summary>Where the chain of parents ends; null when no parent is in the way.</summary>
    public string? ParentRoot { get; init; }

    /// <summary>The parents that the same tick starts before it: it runs only if each succeeds.</summary>
    public required IReadOnlyList<string> After { get; init; }

    /// <summary>From when on the scheduler itself takes the lock in the way over; null when no lock is, or it never does.</summary>
    public DateTimeOffset? LockTakenOverFrom { get; init; }

    /// <summary>A tick on the wire.</summary>
    public static TickWire Of(JobTick tick)
    {
        ArgumentNullException.ThrowIfNull(tick);
        return new TickWire
        {
            Outcome = tick.Outcome,
            Because = tick.Because,
            Place = tick.Place,
            IsDue = tick.IsDue,
            BlockedBy = tick.Parent?.Parent,
            BlockedByTest = tick.Parent?.Test,
            StarvedBy = tick.StarvedBy,
            Root = tick.Root,
            ParentRoot = tick.ParentRoot,
            After = tick.After,
            LockTakenOverFrom = tick.LockTakenOverFrom,
        };
    }
}
