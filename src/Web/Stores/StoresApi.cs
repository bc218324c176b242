using Dashboard.Core.Feeds;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Health;
using Dashboard.Web.Api;

namespace Dashboard.Web.Stores;

/// <summary>Crash stores and copies between them, for other programs.</summary>
internal static class StoresApi
{
    public static RouteGroupBuilder MapStores(this RouteGroupBuilder api)
    {
        api.MapRead("/stores", Now)
            .WithName("stores")
            .WithSummary("Whether the crash stores work, and how far copies between them are")
            .WithDescription(
                "From the newest snapshot: each watched store with its newest probe, as this node of the dashboard saw it, and the newest fifty copies. While the dashboard's own database is away the copies are the last ones known, with stale_since.")
            .Produces<StoresWire>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapMoves();
        return api;
    }

    private static IResult Now(HttpContext context, Feed<StoresSnapshot> feed)
    {
        var query = new QueryReader(context.Request.Query);
        return query.Errors.Count > 0 ? ApiProblem.BadParameters(query.Errors) : new TaggedJson<StoresWire>(() => StoresWire.Of(feed.Newest));
    }
}

/// <summary>Crash stores and copies.</summary>
/// <param name="StaleSince">Since when the dashboard's own records of copies have been away; null while they answer.</param>
/// <param name="Stores">By name.</param>
/// <param name="Copies">The newest first.</param>
public sealed record StoresWire(DateTimeOffset? StaleSince, IReadOnlyList<StoreWire> Stores, IReadOnlyList<CopyWire> Copies)
{
    internal static StoresWire Of(StoresSnapshot snapshot) => new(snapshot.StaleSince, [.. snapshot.Stores.Select(StoreWire.Of)], [.. snapshot.Copies.Select(CopyWire.Of)]);
}

/// <summary>One crash store.</summary>
/// <param name="Name">As people know it.</param>
/// <param name="Address">Where it is, without secrets.</param>
/// <param name="Works">Whether the newest probe went well; null before the first.</param>
/// <param name="FailingSince">Since when every probe failed; null when the newest went well.</param>
/// <param name="OkAt">When a probe went well last.</param>
/// <param name="ProbedAt">When the newest probe ended.</param>
/// <param name="Steps">What it did; the last step may have failed.</param>
public sealed record StoreWire(string Name, string Address, bool? Works, DateTimeOffset? FailingSince, DateTimeOffset? OkAt, DateTimeOffset? ProbedAt, IReadOnlyList<StoreStepWire> Steps)
{
    internal static StoreWire Of(StoreHealth store) => new(
        store.Name, store.Address, store.Newest?.IsOk, store.FailingSince, store.OkAt, store.Newest?.At,
        [.. (store.Newest?.Steps ?? []).Select(step => new StoreStepWire(StoreWords.Step(step.Kind), step.Ok, step.Took.TotalMilliseconds, step.Detail))]);
}

/// <summary>One step of a probe.</summary>
/// <param name="Kind"><c>put</c>, <c>get</c>, <c>list</c> or <c>publish</c>.</param>
/// <param name="Ok">Whether it went well.</param>
/// <param name="TookMs">How long it took, in milliseconds.</param>
/// <param name="Detail">Why it did not; null when it did.</param>
public sealed record StoreStepWire(string Kind, bool Ok, double TookMs, string? Detail);

/// <summary>One copy.</summary>
/// <param name="Source">From where.</param>
/// <param name="Target">To where.</param>
/// <param name="FromDay">The first day in the ids.</param>
/// <param name="ToDay">The last day.</param>
/// <param name="Whole">True when everything is copied and nothing waits for anybody.</param>
/// <param name="Parts">How many parts there are.</param>
/// <param name="PartsDone">How many of them are done.</param>
/// <param name="PartsWorkedOn">How many somebody works on now.</param>
/// <param name="OldestOpenDay">The oldest day that is not done; null when all are.</param>
/// <param name="Crashes">Crashes dealt with.</param>
/// <param name="Created">Things that were created.</param>
/// <param name="Present">Things that were there already.</param>
/// <param name="Bytes">Of what was created.</param>
/// <param name="Failed">Things that could not be copied yet.</param>
/// <param name="Conflicts">Things that are something else in the target.</param>
/// <param name="Torn">Dumps that the source names and has not.</param>
/// <param name="StartedAt">When it was begun.</param>
/// <param name="ChangedAt">When it moved last.</param>
public sealed record CopyWire(
    string Source, string Target, DateOnly FromDay, DateOnly ToDay, bool Whole, int Parts, int PartsDone, int PartsWorkedOn, DateOnly? OldestOpenDay, long Crashes, long Created, long Present, long Bytes,
    long Failed, long Conflicts, long Torn, DateTimeOffset StartedAt, DateTimeOffset ChangedAt)
{
    internal static CopyWire Of(CopyProgress copy) => new(
        copy.Plan.Source, copy.Plan.Target, copy.Plan.From, copy.Plan.To, copy.IsWhole, copy.Shards, copy.Done, copy.Working, copy.OldestOpenDay, copy.Crashes, copy.Created, copy.Present, copy.Bytes,
        copy.Failed, copy.Conflicts, copy.Torn, copy.StartedAt, copy.ChangedAt);
}
