namespace Dashboard.Core.Backfill;

/// <summary>What became of a slot.</summary>
public enum SlotState
{
    /// <summary>A run succeeded for it.</summary>
    Done,

    /// <summary>Two runs or more succeeded for it.</summary>
    Repeated,

    /// <summary>It was tried and failed, and no run succeeded for it since.</summary>
    Failed,

    /// <summary>A run is working on it.</summary>
    Running,

    /// <summary>It has come, nobody did it, and the next run is called for it.</summary>
    Owed,

    /// <summary>It has come, nobody did it, and no run will be called for it by itself: a reset, a hand or a first failure left it behind.</summary>
    Missing,

    /// <summary>It failed and Socorro's scheduler took it for done: no run will be called for it by itself.</summary>
    Lost,

    /// <summary>It is still to come, or will be done by a run whose time is still to come.</summary>
    NotYet,

    /// <summary>It was before the job's first run.</summary>
    BeforeFirst,

    /// <summary>The records do not reach back to it.</summary>
    NotRecorded,

    /// <summary>A job that does not backfill began no run in this interval.</summary>
    NoRun,
}

/// <summary>A slot and what became of it.</summary>
/// <param name="Slot">The moment it stands for; for a job that does not backfill the begin of the interval.</param>
/// <param name="State">What became of it.</param>
public sealed record SlotCell(DateTimeOffset Slot, SlotState State)
{
    /// <summary>How many runs succeeded for it.</summary>
    public int Successes { get; init; }

    /// <summary>How many runs failed for it; worked out, for no log says it.</summary>
    public int Failures { get; init; }

    /// <summary>When its last run ended.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>How long that run took.</summary>
    public TimeSpan? Length { get; init; }

    /// <summary>What it last failed with, where that is at hand.</summary>
    public string? ErrorType { get; init; }
}
