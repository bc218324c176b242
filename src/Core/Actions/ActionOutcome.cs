namespace Dashboard.Core.Actions;

/// <summary>What became of a commit.</summary>
public enum ActionOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>The row is another than the plan's: nothing was done, and the difference is shown.</summary>
    Stale,

    /// <summary>Somebody held the row, or the database was out of reach: nothing was done, and the plan can be committed again.</summary>
    Busy,

    /// <summary>It may not be done, or not like that: nothing was done.</summary>
    Refused,

    /// <summary>Whether it was done is not known yet; it is being found out.</summary>
    Unknown,
}

/// <summary>The state of a kept plan.</summary>
public enum ActionState
{
    /// <summary>It can be committed.</summary>
    Planned,

    /// <summary>It is being carried out, or the one who did stopped on the way.</summary>
    Committing,

    /// <summary>It was done.</summary>
    Done,

    /// <summary>The row was another: nothing was done.</summary>
    Stale,

    /// <summary>It was refused: nothing was done.</summary>
    Refused,

    /// <summary>The dashboard stopped on the way; nothing was done.</summary>
    Nothing,

    /// <summary>Nobody remembers what became of it.</summary>
    Unknown,

    /// <summary>Whoever planned it thought better of it.</summary>
    Withdrawn,
}

/// <summary>The answer to a commit.</summary>
/// <param name="Action">The plan's id, and now the action's.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Sentence">The same for people.</param>
public sealed record ActionResult(Guid Action, ActionOutcome Outcome, string Sentence)
{
    /// <summary>How the row differs from the plan's, where that is why nothing was done.</summary>
    public IReadOnlyList<CellChange> Difference { get; init; } = [];

    /// <summary>True when somebody committed the same plan before and this is what became of that.</summary>
    public bool IsReplay { get; init; }
}

/// <summary>A plan as it is kept, and what became of it.</summary>
public sealed record KeptAction
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The plan.</summary>
    public required ActionPlan Plan { get; init; }

    /// <summary>The row it was made for, whole; null when there was none, or once no undo can come any more.</summary>
    public RowImage? Before { get; init; }

    /// <summary>How far it is.</summary>
    public required ActionState State { get; init; }

    /// <summary>When it was made, by the own database's clock.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>From then on it cannot be committed.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether that moment is past.</summary>
    public bool IsExpired { get; init; }

    /// <summary>Who made it.</summary>
    public required string PlannedBy { get; init; }

    /// <summary>Who committed it; null when nobody has.</summary>
    public Access.Actor? Actor { get; init; }

    /// <summary>Why, as they said.</summary>
    public string? Reason { get; init; }

    /// <summary>Which attempt at committing it is the last; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>For how long it has been committing.</summary>
    public TimeSpan? Committing { get; init; }

    /// <summary>Its transaction in the observed database; null before it was begun.</summary>
    public long? Transaction { get; init; }

    /// <summary>When it ended; null before.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What became of it, for people.</summary>
    public string? Sentence { get; init; }

    /// <summary>How the row differed, where that was why nothing was done.</summary>
    public IReadOnlyList<CellChange> Difference { get; init; } = [];

    /// <summary>The row's version it left behind.</summary>
    public string? VersionAfter { get; init; }

    /// <summary>The action that undid it.</summary>
    public Guid? UndoneBy { get; init; }

    /// <summary>The operation on many jobs it is part of.</summary>
    public Guid? Operation { get; init; }

    /// <summary>What a commit of it is answered with once it has ended; null while it has not.</summary>
    public ActionResult? Result => State switch
    {
        ActionState.Done => Answer(ActionOutcome.Done),
        ActionState.Stale => Answer(ActionOutcome.Stale),
        ActionState.Refused or ActionState.Nothing or ActionState.Withdrawn => Answer(ActionOutcome.Refused),
        ActionState.Unknown => Answer(ActionOutcome.Unknown),
        _ => null,
    };

    private ActionResult Answer(ActionOutcome outcome) => new(Id, outcome, Sentence ?? "") { Difference = Difference, IsReplay = true };
}
