namespace Dashboard.Core.Sources;

/// <summary>One statement of an installation, committed by itself.</summary>
/// <param name="Sql">As it is sent and shown.</param>
/// <param name="Why">What it is for, one sentence.</param>
public sealed record InstallStep(string Sql, string Why)
{
    /// <summary>What takes it back; null when nothing needs to.</summary>
    public string? Undo { get; init; }

    /// <summary>True for what takes long and locks nobody out: no time limit.</summary>
    public bool Concurrently { get; init; }
}

/// <summary>The statements of an installation, or of taking one away, in the order in which they run.</summary>
/// <param name="Steps">Empty when everything is as it should be.</param>
/// <param name="Obstacles">Why it cannot be done, one sentence each; nothing runs while there is one.</param>
/// <param name="Notes">What the operator should know before and do after.</param>
public sealed record InstallPlan(IReadOnlyList<InstallStep> Steps, IReadOnlyList<string> Obstacles, IReadOnlyList<string> Notes);

/// <summary>What a command of the operator asks for.</summary>
public enum InstallWish
{
    /// <summary>Statement triggers for notify.</summary>
    Notify,

    /// <summary>Publications for logical.</summary>
    Logical,

    /// <summary>Everything either of them made, away.</summary>
    NoCapture,

    /// <summary>The index of the log by job.</summary>
    Indexes,

    /// <summary>That index, away.</summary>
    NoIndexes,
}
