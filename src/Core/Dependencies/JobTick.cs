using System.Runtime.InteropServices;

namespace Dashboard.Core.Dependencies;

/// <summary>What the next tick of the scheduler will do with a job.</summary>
public enum TickOutcome
{
    /// <summary>It starts it, or takes over its old lock and starts it.</summary>
    Runs,

    /// <summary>Its time has come, and the tick under way comes to it when the job it is busy with has ended.</summary>
    Queued,

    /// <summary>Its time has not come.</summary>
    NotDue,

    /// <summary>It is running now; the tick that started it is not over.</summary>
    Running,

    /// <summary>A parent is in the way: it is passed over in silence.</summary>
    Blocked,

    /// <summary>Its own lock is in the way, and ends crontabber's whole tick here.</summary>
    Locked,

    /// <summary>The tick ends before it comes to this one: at the lock of another, or because the run dies.</summary>
    Starved,

    /// <summary>The tick dies here: a parent has no next run, or the configured time cannot be used.</summary>
    Dies,

    /// <summary>No next run and no lock: never again.</summary>
    Never,

    /// <summary>It has a row and is not configured: nobody starts it.</summary>
    Ghost,

    /// <summary>The configuration is such that no tick does anything: a cycle, no root.</summary>
    NoTick,
}

/// <summary>What the next tick does with one job, and why.</summary>
/// <param name="Name">The job.</param>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Because">Why, in a sentence or two without markup and without ages.</param>
public sealed record JobTick(string Name, TickOutcome Outcome, string Because)
{
    private readonly TickFacts facts;

    /// <summary>Its place in run order, from 0; null when it has none.</summary>
    public int? Place { get; init; }

    /// <summary>Whether its time has come.</summary>
    public bool IsDue { get; init; }

    /// <summary>
    /// The direct parent in the way and the test it failed; null when none is. A starved job has one when it would be blocked even if the tick came so
    /// far; a job that runs has one when that parent failed last time and the same tick tries it again before.
    /// </summary>
    public UnmetParent? Parent { get; init; }

    /// <summary>The job whose lock, or whose death, keeps the tick from coming this far; null when nothing does.</summary>
    public string? StarvedBy { get; init; }

    /// <summary>The job at the end of the chain of what is in the way: where a remedy helps first. Null when nothing is.</summary>
    public string? Root { get; init; }

    /// <summary>The end of the chain of parents; for a starved job the next thing to help once the tick comes so far. Null when no parent is in the way.</summary>
    public string? ParentRoot { get; init; }

    /// <summary>What a tick that came so far would do with it. Differs from <see cref="Outcome"/> for starved jobs only.</summary>
    public TickOutcome Otherwise { get; init; }

    /// <summary>The direct parents that the same tick starts before it, or that run now: it runs only if each of them succeeds.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>The first moment from which the scheduler itself takes the lock in the way over; null when no lock is, or it never does.</summary>
    public DateTimeOffset? LockTakenOverFrom { get; init; }

    /// <summary>True when this program's own runner makes the ticks: it ends at no lock.</summary>
    public bool ByOwnRunner { get; init; }

    /// <summary>What is known of the process that holds its lock.</summary>
    public LockHolder Holder { get; init; }

    /// <summary>That process, in words; null when it is not known.</summary>
    public string? HeldBy { get; init; }

    /// <summary>Whether this program's own runner was heard of just now.</summary>
    public bool IsRunnerPresent { get; init; }

    /// <summary>Whether its time has come and something other than time keeps it from running.</summary>
    public bool IsHeld =>
        IsDue && (Outcome is TickOutcome.Blocked or TickOutcome.Locked or TickOutcome.Starved or TickOutcome.Dies or TickOutcome.NoTick || (Parent is not null && Outcome is TickOutcome.Runs or TickOutcome.Queued));

    internal TickFacts Facts
    {
        get => facts;
        init => facts = value;
    }

    /// <summary>The same where it lies: a thousand of them are not copied to look at one.</summary>
    internal ref readonly TickFacts FactsInPlace => ref facts;
}

/// <summary>All that decides a <see cref="JobTick"/>, without its words: two ticks that agree here are the same object.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TickFacts
{
    public TickOutcome Outcome { get; init; }

    public TickOutcome Otherwise { get; init; }

    public int? Place { get; init; }

    public bool IsDue { get; init; }

    public Schedules.DueAnswer Due { get; init; }

    public string? ParentName { get; init; }

    public ParentTest ParentTest { get; init; }

    /// <summary>How the parent in the way is itself known.</summary>
    public ParentKind ParentKind { get; init; }

    public string? ParentRoot { get; init; }

    public string? Root { get; init; }

    public string? StarvedBy { get; init; }

    /// <summary>Whether what ended the tick before was a death, not a lock.</summary>
    public bool StarvedByDeath { get; init; }

    /// <summary>The running job that the tick under way is busy with.</summary>
    public string? Behind { get; init; }

    /// <summary>When the lock in the way was taken: its own, or that of the job it starves behind.</summary>
    public DateTimeOffset? Locked { get; init; }

    public DateTimeOffset? LockTakenOverFrom { get; init; }

    /// <summary>When the root is tried again by itself.</summary>
    public DateTimeOffset? RootTriedAt { get; init; }

    /// <summary>The one parent it runs after; null when there is none.</summary>
    public string? After { get; init; }

    /// <summary>Further ones.</summary>
    public int AfterToo { get; init; }

    /// <summary>This program's own runner makes the ticks.</summary>
    public bool Own { get; init; }

    public bool OwnPresent { get; init; }

    public LockHolder Holder { get; init; }

    public string? HeldBy { get; init; }

    /// <summary>The parent in the way has no next run, which crontabber dies of.</summary>
    public bool ParentUnended { get; init; }

    /// <summary>The exception the tick dies with.</summary>
    public string? Error { get; init; }
}

/// <summary>What a parent in the way is.</summary>
internal enum ParentKind
{
    /// <summary>A configured job, or a row where nothing is configured.</summary>
    Job,

    /// <summary>The job itself.</summary>
    Itself,

    /// <summary>A row that is not configured.</summary>
    Ghost,

    /// <summary>Neither configured nor a row.</summary>
    Missing,

    /// <summary>No row, where no configuration tells whether there is such a job.</summary>
    Unknown,
}
