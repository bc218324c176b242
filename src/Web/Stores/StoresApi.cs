using System.Text.Json;
using Dashboard.Core.Feeds;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Parity;
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
/// <param name="Compared">The newest comparison of each two stores, the newest first.</param>
public sealed record StoresWire(DateTimeOffset? StaleSince, IReadOnlyList<StoreWire> Stores, IReadOnlyList<CopyWire> Copies, IReadOnlyList<ParityWire> Compared)
{
    internal static StoresWire Of(StoresSnapshot snapshot) =>
        new(snapshot.StaleSince, [.. snapshot.Stores.Select(StoreWire.Of)], [.. snapshot.Copies.Select(copy => CopyWire.Of(copy, snapshot))], [.. snapshot.Compared.Select(ParityWire.Of)]);
}

/// <summary>One crash store.</summary>
/// <param name="Name">As people know it.</param>
/// <param name="Address">Where it is, without secrets.</param>
/// <param name="Resource">The name under which executors tell of it, and under which it stands among the configured stores; null before anybody looks after it.</param>
/// <param name="Works">Whether the newest probe went well; null before the first.</param>
/// <param name="FailingSince">Since when every probe failed; null when the newest went well.</param>
/// <param name="OkAt">When a probe went well last.</param>
/// <param name="ProbedAt">When the newest probe ended.</param>
/// <param name="Steps">What it did; the last step may have failed.</param>
/// <param name="Waiting">What waits for it now, in any program that tells of it; null when nothing does.</param>
/// <param name="Abilities">What it was found to do.</param>
/// <param name="LastHour">What was asked of it within the last hour, by operation.</param>
public sealed record StoreWire(
    string Name, string Address, string? Resource, bool? Works, DateTimeOffset? FailingSince, DateTimeOffset? OkAt, DateTimeOffset? ProbedAt, IReadOnlyList<StoreStepWire> Steps, StoreWaitingWire? Waiting,
    IReadOnlyList<StoreAbilityWire> Abilities, IReadOnlyList<StoreOperationWire> LastHour)
{
    internal static StoreWire Of(StoreHealth store) => new(
        store.Name, store.Address, store.Resource, store.Newest?.IsOk, store.FailingSince, store.OkAt, store.Newest?.At,
        [.. (store.Newest?.Steps ?? []).Select(step => new StoreStepWire(StoreWords.Step(step.Kind), step.Ok, step.Took.TotalMilliseconds, step.Detail))],
        StoreWaitingWire.Of(store.Waiting),
        [.. store.Abilities.Select(ability => new StoreAbilityWire(JsonNamingPolicy.SnakeCaseLower.ConvertName($"{ability.Kind}"), ability.Declared, ability.Found, ability.Detail))],
        [.. store.Operations.Select(StoreOperationWire.Of)]);
}

/// <summary>What waits for a store.</summary>
/// <param name="Count">How many operations.</param>
/// <param name="Since">When the oldest of them failed first.</param>
/// <param name="Attempts">How often that one failed so far.</param>
/// <param name="NextAttemptAt">When it is tried again; null while a try is under way.</param>
/// <param name="Who">The job, else the program.</param>
/// <param name="Error">Its newest failure.</param>
public sealed record StoreWaitingWire(int Count, DateTimeOffset Since, int Attempts, DateTimeOffset? NextAttemptAt, string Who, string Error)
{
    internal static StoreWaitingWire? Of(StoreWaiting? waiting) => waiting is null ? null : new(waiting.Count, waiting.Since, waiting.Attempts, waiting.NextAttemptAt, waiting.Who, waiting.Error);
}

/// <summary>What a store was found to do.</summary>
/// <param name="Kind">As <c>conditional_create</c>.</param>
/// <param name="Declared">Whether it is relied on.</param>
/// <param name="Found">Whether it does it; null when that is not known.</param>
/// <param name="Detail">What happened instead; null when it does it.</param>
public sealed record StoreAbilityWire(string Kind, bool Declared, bool? Found, string? Detail);

/// <summary>One kind of operation on a store.</summary>
/// <param name="Operation">As <c>get_raw</c>.</param>
/// <param name="Succeeded">How many went well.</param>
/// <param name="NotFound">How many were answered with: there is no such thing.</param>
/// <param name="Failed">How many failed after all their attempts.</param>
/// <param name="P50Ms">Half of those answered took no longer, in milliseconds; null of none.</param>
/// <param name="P99Ms">Ninety-nine of a hundred took no longer.</param>
public sealed record StoreOperationWire(string Operation, long Succeeded, long NotFound, long Failed, double? P50Ms, double? P99Ms)
{
    internal static StoreOperationWire Of(OperationSum one) => new(one.Operation.NameOf(), one.Succeeded, one.NotFound, one.Failed, one.Half?.TotalMilliseconds, one.Most?.TotalMilliseconds);
}

/// <summary>A comparison of two stores, both listed completely.</summary>
/// <param name="Source">The one that is taken to be right.</param>
/// <param name="Target">The one that is to be the same.</param>
/// <param name="FromDay">The first day in the ids.</param>
/// <param name="ToDay">The last day.</param>
/// <param name="Whole">True when nothing is missing, different or unread.</param>
/// <param name="Same">How many things are the same in both.</param>
/// <param name="Missing">How many only the source has.</param>
/// <param name="Different">How many are not the same.</param>
/// <param name="OnlyInTarget">How many only the target has.</param>
/// <param name="Unread">How many were to be read and could not be.</param>
/// <param name="Drawn">How many were drawn from all by chance and read.</param>
/// <param name="DrawnBad">How many of those were not the same.</param>
/// <param name="Upper95">Not more than this part of what both have differs inside, at 95 %.</param>
/// <param name="Upper99">The same at 99 %.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record ParityWire(
    string Source, string Target, DateOnly FromDay, DateOnly ToDay, bool Whole, long Same, long Missing, long Different, long OnlyInTarget, long Unread, long Drawn, long DrawnBad, double Upper95, double Upper99,
    DateTimeOffset EndedAt)
{
    internal static ParityWire Of(KeptParity found) => new(
        found.Source, found.Target, found.From, found.To, found.IsWhole, found.Cells.Sum(cell => cell.Same), found.Cells.Sum(cell => cell.OnlySource), found.Cells.Sum(cell => cell.Differs),
        found.Cells.Sum(cell => cell.OnlyTarget), found.Cells.Sum(cell => cell.Unread), found.Sample.Drawn, found.Sample.Bad, found.Sample.Upper95, found.Sample.Upper99, found.EndedAt);
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
/// <param name="Speed">How fast it moves; null while nobody works on it, and before it was watched for some seconds.</param>
/// <param name="HeldBackBy">What waits for one of its stores while it is worked on; empty when nothing does.</param>
public sealed record CopyWire(
    string Source, string Target, DateOnly FromDay, DateOnly ToDay, bool Whole, int Parts, int PartsDone, int PartsWorkedOn, DateOnly? OldestOpenDay, long Crashes, long Created, long Present, long Bytes,
    long Failed, long Conflicts, long Torn, DateTimeOffset StartedAt, DateTimeOffset ChangedAt, CopySpeedWire? Speed, IReadOnlyList<HeldBackWire> HeldBackBy)
{
    internal static CopyWire Of(CopyProgress copy, StoresSnapshot snapshot) => new(
        copy.Plan.Source, copy.Plan.Target, copy.Plan.From, copy.Plan.To, copy.IsWhole, copy.Shards, copy.Done, copy.Working, copy.OldestOpenDay, copy.Crashes, copy.Created, copy.Present, copy.Bytes,
        copy.Failed, copy.Conflicts, copy.Torn, copy.StartedAt, copy.ChangedAt,
        snapshot.Speeds.FirstOrDefault(speed => speed.CopyId == copy.CopyId) is { } speed ? CopySpeedWire.Of(speed) : null,
        [.. snapshot.HeldBack(copy).Select(held => new HeldBackWire(held.Resource, StoreWaitingWire.Of(held.Waiting)!))]);
}

/// <summary>How fast a copy moves.</summary>
/// <param name="CrashesPerSecond">Crashes a second within the last minute.</param>
/// <param name="BytesPerSecond">Bytes created a second within the last minute.</param>
/// <param name="MostCrashesPerSecond">The most crashes a second while it was watched.</param>
/// <param name="LeftSecondsLeast">What is left takes so many seconds at the least; null while too little is done to say.</param>
/// <param name="LeftSecondsMost">And so many at the most.</param>
public sealed record CopySpeedWire(double CrashesPerSecond, double BytesPerSecond, double MostCrashesPerSecond, double? LeftSecondsLeast, double? LeftSecondsMost)
{
    internal static CopySpeedWire Of(CopySpeed speed) => new(
        Math.Round(speed.Crashes, 3), Math.Round(speed.Bytes, 3), Math.Round(speed.Most, 3),
        speed.Left is { } left ? Math.Round(left.Least.TotalSeconds, 3) : null, speed.Left is { } most ? Math.Round(most.Most.TotalSeconds, 3) : null);
}

/// <summary>What holds a copy back.</summary>
/// <param name="Resource">The store that is waited for.</param>
/// <param name="Waiting">What waits for it.</param>
public sealed record HeldBackWire(string Resource, StoreWaitingWire Waiting);
