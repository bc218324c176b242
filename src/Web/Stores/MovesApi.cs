using Dashboard.Core.Feeds;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.DualWrites;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Trees;
using Dashboard.Web.Api;

namespace Dashboard.Web.Stores;

/// <summary>The configured stores and moves between stores, for other programs.</summary>
internal static class MovesApi
{
    public static RouteGroupBuilder MapMoves(this RouteGroupBuilder api)
    {
        api.MapRead("/stores/moves", Now)
            .WithName("store-moves")
            .WithSummary("The configured crash stores, saves that reached one of them only, and the checklists of moves")
            .WithDescription(
                "From the newest snapshot: the tree of crash stores this node has in use, the dual-write ledger by store, and for each two stores between which something was copied the checklist before the old one is left, and how quiet it is afterwards. While the dashboard's own database is away what it keeps is as it was last known, with stale_since.")
            .Produces<MovesWire>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest);
        return api;
    }

    private static IResult Now(HttpContext context, Feed<MovesSnapshot> feed, Feed<StoresSnapshot> stores)
    {
        var query = new QueryReader(context.Request.Query);
        return query.Errors.Count > 0 ? ApiProblem.BadParameters(query.Errors) : new TaggedJson<MovesWire>(() => MovesWire.Of(feed.Newest, stores.Newest));
    }
}

/// <summary>The configured stores and moves between stores.</summary>
/// <param name="StaleSince">Since when the dashboard's own records have been away; null while they answer.</param>
/// <param name="Generation">How many trees there were since the start of this node.</param>
/// <param name="Tree">The tree in use: the source and the destination, as far as there are such.</param>
/// <param name="Moved">Crashes moved from the source to the destination since the start of this node.</param>
/// <param name="NotMoved">Attempts to move one that failed.</param>
/// <param name="Partial">Saves that reached one store only, by the store they did not reach.</param>
/// <param name="Unwritten">How many such wait in memory to be written down.</param>
/// <param name="Lost">How many such found no place there.</param>
/// <param name="Moves">The moves, the newest first.</param>
public sealed record MovesWire(
    DateTimeOffset? StaleSince, long Generation, IReadOnlyList<StoreNodeWire> Tree, long Moved, long NotMoved, IReadOnlyList<PartialWire> Partial, int Unwritten, long Lost, IReadOnlyList<MoveWire> Moves)
{
    internal static MovesWire Of(MovesSnapshot snapshot, StoresSnapshot stores) => new(
        snapshot.StaleSince, snapshot.Generation, [.. snapshot.Tree.Select(root => StoreNodeWire.Of(root, stores))], snapshot.Moved, snapshot.NotMoved,
        [.. snapshot.Partial.Select(PartialWire.Of)], snapshot.Unwritten, snapshot.Lost, [.. snapshot.Moves.Select(MoveWire.Of)]);
}

/// <summary>A store of the tree.</summary>
/// <param name="Place">Its place in the configuration.</param>
/// <param name="Class">Its class.</param>
/// <param name="Resource">What it talks to; null when it is made of others.</param>
/// <param name="LastHour">What was asked of it within the last hour, by operation; of one that is made of others as it was asked of it, not of them.</param>
/// <param name="Waiting">What waits for it now, in any program that tells of it; null when nothing does, and of one that is made of others.</param>
/// <param name="Parts">What it is made of.</param>
public sealed record StoreNodeWire(string Place, string Class, string? Resource, IReadOnlyList<StoreOperationWire> LastHour, StoreWaitingWire? Waiting, IReadOnlyList<StoreNodeWire> Parts)
{
    internal static StoreNodeWire Of(StoreNode node, StoresSnapshot stores) => new(
        node.Place, node.Class, node.Resource, [.. stores.Asked.GetValueOrDefault(node.CountedAs(), []).Select(StoreOperationWire.Of)],
        StoreWaitingWire.Of(stores.Waits.GetValueOrDefault(node.Resource ?? "")), [.. node.Parts.Select(part => Of(part, stores))]);
}

/// <summary>Saves that reached one store only.</summary>
/// <param name="Missing">The store they did not reach.</param>
/// <param name="Open">To be repaired.</param>
/// <param name="Repaired">Repaired.</param>
/// <param name="Conflicts">Something else is in their place.</param>
/// <param name="OldestOpenAt">Since when the oldest waits.</param>
/// <param name="LastAt">When one happened last.</param>
/// <param name="Why">What the newest that is not repaired failed with.</param>
/// <param name="Hours">How many happened last in each of the last 24 hours, the newest hour last.</param>
public sealed record PartialWire(string Missing, long Open, long Repaired, long Conflicts, DateTimeOffset? OldestOpenAt, DateTimeOffset LastAt, string? Why, IReadOnlyList<int> Hours)
{
    internal static PartialWire Of(PartialSaveCount count) => new(count.Missing, count.Open, count.Repaired, count.Conflicts, count.OldestOpenAt, count.LastAt, count.Why, count.Hours);
}

/// <summary>A move.</summary>
/// <param name="Old">The old store.</param>
/// <param name="New">The new store.</param>
/// <param name="Ready">Whether every line of the checklist is ready.</param>
/// <param name="Lines">The checklist.</param>
/// <param name="LeftAt">Since when no configuration has the old store; null while one has.</param>
/// <param name="CalledAt">The last call of the old store by a dashboard.</param>
/// <param name="QuietSeconds">For how long nobody has called it since it was left.</param>
/// <param name="MayGo">Whether it may be switched off.</param>
/// <param name="Silence">The same in a sentence.</param>
public sealed record MoveWire(
    string Old, string New, bool Ready, IReadOnlyList<CutOverLineWire> Lines, DateTimeOffset? LeftAt, DateTimeOffset? CalledAt, double QuietSeconds, bool MayGo, string Silence)
{
    internal static MoveWire Of(Move move) => new(
        move.Old, move.New, move.IsReady, [.. move.Lines.Select(line => new CutOverLineWire(line.Name, line.Asks, MoveWords.State(line.State), line.Evidence, line.At))],
        move.Silence.LeftAt, move.Silence.CalledAt, Math.Round(move.Silence.QuietFor.TotalSeconds, 3), move.Silence.MayGo, move.Silence.Words);
}

/// <summary>A line of the checklist.</summary>
/// <param name="Name">A word for commands.</param>
/// <param name="Asks">What must be so.</param>
/// <param name="State"><c>ready</c>, <c>not yet</c>, <c>too old</c> or <c>nobody has said so</c>.</param>
/// <param name="Evidence">What is known, in a sentence.</param>
/// <param name="At">Of when that is.</param>
public sealed record CutOverLineWire(string Name, string Asks, string State, string Evidence, DateTimeOffset? At);
