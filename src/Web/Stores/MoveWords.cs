using System.Globalization;
using Dashboard.Core.Jobs;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.DualWrites;
using Dashboard.Core.Verdicts;

namespace Dashboard.Web.Stores;

/// <summary>What is said of moves between crash stores, in words.</summary>
public static class MoveWords
{
    /// <summary>A state of a line, in a word.</summary>
    public static string State(CutOverState state) => state switch
    {
        CutOverState.Ready => "ready",
        CutOverState.NotReady => "not yet",
        CutOverState.Stale => "too old",
        _ => "nobody has said so",
    };

    /// <summary>The same as a shape.</summary>
    public static JobState Shape(CutOverState state) => state switch
    {
        CutOverState.Ready => JobState.Waiting,
        CutOverState.Unsaid => JobState.NeverRun,
        _ => JobState.Overdue,
    };

    /// <summary>How a move stands, in a sentence.</summary>
    public static string Sentence(Move move)
    {
        ArgumentNullException.ThrowIfNull(move);
        return move.IsLeft ? move.Silence.MayGo ? "The old store may be switched off." : "The old store was left; it must be quiet for a while yet."
            : move.IsReady ? "Every line is ready: the old store may be taken out of the configuration."
            : $"{move.Lines.Count(line => line.State == CutOverState.Ready)} of {move.Lines.Count} lines are ready.";
    }

    /// <summary>What became of the saves that did not reach a store, in a sentence.</summary>
    public static string Partial(PartialSaveCount count)
    {
        ArgumentNullException.ThrowIfNull(count);
        return string.Create(CultureInfo.InvariantCulture, $"{count.Open:N0} to be repaired, {count.Repaired:N0} repaired, {count.Conflicts:N0} with something else in their place.");
    }

    /// <summary>How many there were in each of the last 24 hours, in a sentence.</summary>
    public static string Hours(PartialSaveCount count)
    {
        ArgumentNullException.ThrowIfNull(count);
        var (all, hours) = (count.Hours.Sum(), count.Hours.Count(hour => hour > 0));
        return all == 0 ? "In the last 24 hours every save reached it."
            : $"In the last 24 hours {StoreWords.Many(all, "save", "saves")} did not reach it, within {StoreWords.Many(hours, "hour", "hours")} of them.";
    }

    /// <summary>The same as a shape.</summary>
    public static JobState Shape(PartialSaveCount count)
    {
        ArgumentNullException.ThrowIfNull(count);
        return count.Conflicts > 0 ? JobState.Failing : count.Open > 0 ? JobState.Overdue : JobState.Waiting;
    }

    /// <summary>How often the tree was exchanged; settings are counted by generations of their own.</summary>
    public static string Exchanged(MovesSnapshot moves)
    {
        ArgumentNullException.ThrowIfNull(moves);
        return moves.Generation == 1 ? "In use since the start." : $"Exchanged {(moves.Generation == 2 ? "once" : StoreWords.Many(moves.Generation - 1, "time", "times"))} since the start.";
    }

    /// <summary>What this dashboard has moved; null when it has no source.</summary>
    public static string? Moved(MovesSnapshot moves)
    {
        ArgumentNullException.ThrowIfNull(moves);
        return moves.Tree.Count < 2 ? null
            : string.Create(CultureInfo.InvariantCulture, $"{moves.Moved:N0} {(moves.Moved == 1 ? "crash was" : "crashes were")} moved from the source to the destination since the start{(moves.NotMoved > 0 ? $"; {moves.NotMoved:N0} {(moves.NotMoved == 1 ? "attempt" : "attempts")} failed and will be made again" : "")}.");
    }
}
