using Dashboard.Core.Stores.DualWrites;
using Dashboard.Core.Stores.Trees;

namespace Dashboard.Core.Stores.CutOver;

/// <summary>The configured stores of this dashboard, and how far moves between stores are.</summary>
public sealed record MovesSnapshot
{
    /// <summary>Before anything was looked at.</summary>
    public static MovesSnapshot Empty { get; } = new();

    /// <summary>The tree in use: the source and the destination, as far as there are such.</summary>
    public IReadOnlyList<StoreNode> Tree { get; init; } = [];

    /// <summary>How many trees there were since the start.</summary>
    public long Generation { get; init; } = 1;

    /// <summary>How many crashes this dashboard has moved from its source to its destination since its start.</summary>
    public long Moved { get; init; }

    /// <summary>How many attempts to move one failed.</summary>
    public long NotMoved { get; init; }

    /// <summary>Saves that reached one store only, by store.</summary>
    public IReadOnlyList<PartialSaveCount> Partial { get; init; } = [];

    /// <summary>How many such wait in memory to be written down.</summary>
    public int Unwritten { get; init; }

    /// <summary>How many such found no place there.</summary>
    public long Lost { get; init; }

    /// <summary>The moves, the newest first.</summary>
    public IReadOnlyList<Move> Moves { get; init; } = [];

    /// <summary>Since when the dashboard's own records have not answered; null while they do.</summary>
    public DateTimeOffset? StaleSince { get; init; }
}

/// <summary>A move from an old store to a new one.</summary>
/// <param name="Old">The old store, as <see cref="ICrashStore.Resource"/>.</param>
/// <param name="New">The new store.</param>
/// <param name="Lines">The checklist.</param>
/// <param name="Silence">How quiet it is round the old store.</param>
public sealed record Move(string Old, string New, IReadOnlyList<CutOverLine> Lines, Silence Silence)
{
    /// <summary>Whether every line is ready.</summary>
    public bool IsReady => Lines.All(line => line.State == CutOverState.Ready);

    /// <summary>Whether the old store was left.</summary>
    public bool IsLeft => Silence.LeftAt is not null;
}
