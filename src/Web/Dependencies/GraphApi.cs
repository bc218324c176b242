using System.ComponentModel;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Core.Ledger;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Web.Api;
using Dashboard.Web.Sources;
using Dashboard.Web.Verdicts;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Web.Dependencies;

/// <summary>Who waits for whom, and the order of a tick, for other programs.</summary>
internal static class GraphApi
{
    private const string AtWords = "A moment in ISO 8601: where jobs stood then, as it was kept, and what a tick would have done, reckoned from that. Who depends on whom is the present's. The present when absent.";

    private static readonly IReadOnlyList<CsvColumn<JobTick>> Columns =
    [
        new("place", job => job.Place),
        new("app_name", job => job.Name),
        new("outcome", job => job.Outcome),
        new("is_due", job => job.IsDue),
        new("blocked_by", job => job.Parent?.Parent),
        new("blocked_by_test", job => job.Parent?.Test),
        new("starved_by", job => job.StarvedBy),
        new("root", job => job.Root),
        new("after", job => job.After),
        new("lock_taken_over_from", job => job.LockTakenOverFrom),
        new("because", job => job.Because),
    ];

    public static RouteGroupBuilder MapGraph(this RouteGroupBuilder api)
    {
        api.MapRead("/graph", GraphAsync)
            .WithName("graph")
            .WithSummary("The graph of dependencies, and where each job of it stands")
            .WithDescription("Nodes are configured jobs, rows, and names that jobs wait for although nothing has them. Edges go from parent to child. Positions are those of the page, in CSS pixels; they change only with the graph.")
            .Produces<GraphWire>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapReadOrCsv("/order", OrderAsync)
            .WithName("order")
            .WithSummary("The jobs in the order a tick goes through them, and what the next tick does with each")
            .WithDescription("What has no place in the order comes last: ghosts, and every job where there is no order. ends names the jobs at which the tick ends early, one after the other as each is helped.")
            .Produces<OrderWire>(StatusCodes.Status200OK, "application/json", Csv.ContentType)
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return api;
    }

    private static async Task<IResult> GraphAsync(
        HttpContext context,
        SourcesNow sources,
        SourceFeeds<TickSnapshot> ticks,
        SourceFeeds<SourceStatus> statuses,
        SourceDirectory directory,
        ILedgerReader ledger,
        SourceFeeds<ScheduleBook> schedules,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description("true to have the places of the page's drawing too; absent for a graph that is too large to be drawn whole.")] string? positions,
        [FromQuery, Description(AtWords)] string? at)
    {
        var query = new QueryReader(context.Request.Query, "source", "positions", "at");
        (source, positions) = (query.Text("source"), query.Text("positions"));
        if (positions is not (null or "true" or "false"))
        {
            query.Expect("positions", "expected true or false.");
        }

        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        if (!string.IsNullOrEmpty(at))
        {
            var (past, refusal) = await AskedPast.FindAsync(context, directory, ledger, "positions");
            return past is null ? refusal! : Drawn(Then(past, ticks, schedules), statuses, positions);
        }

        return sources.Find(source, context.Response, out var problem) is { } shown
            ? new TaggedJson<GraphWire>(() => GraphWire.Of(shown.Standings, shown.Status.State, ticks.Of(shown.Standings.Source).Newest, positions == "true"))
            : problem!;
    }

    private static async Task<IResult> OrderAsync(
        HttpContext context,
        SourcesNow sources,
        SourceFeeds<TickSnapshot> ticks,
        SourceFeeds<SourceStatus> statuses,
        SourceDirectory directory,
        ILedgerReader ledger,
        SourceFeeds<ScheduleBook> schedules,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description(AtWords)] string? at,
        [FromQuery, Description(Csv.Description)] string? format)
    {
        var query = new QueryReader(context.Request.Query, "source", "at", Csv.Parameter);
        var csv = Csv.Asked(context, query);
        source = query.Text("source");
        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        TickSnapshot tick;
        if (!string.IsNullOrEmpty(at))
        {
            var (past, refusal) = await AskedPast.FindAsync(context, directory, ledger, Csv.Parameter);
            if (past is null)
            {
                return refusal!;
            }

            tick = Then(past, ticks, schedules).Tick;
        }
        else if (sources.Find(source, context.Response, out var problem) is { } shown)
        {
            tick = ticks.Of(shown.Standings.Source).Newest;
        }
        else
        {
            return problem!;
        }

        return csv
            ? new CsvAnswer<JobTick>(Csv.FileName("order", tick.Source, tick.AsOf), Columns, tick.Jobs)
            : new TaggedJson<OrderWire>(() => OrderWire.Of(tick, statuses.Of(tick.Source).Newest.State));
    }

    private static TaggedJson<GraphWire> Drawn(PastGraph then, SourceFeeds<SourceStatus> statuses, string? positions) =>
        new(() => GraphWire.Of(then.Standings, statuses.Of(then.Tick.Source).Newest.State, then.Tick, positions == "true"));

    private static PastGraph Then(PastMoment past, SourceFeeds<TickSnapshot> ticks, SourceFeeds<ScheduleBook> schedules) =>
        PastGraph.Of(past, schedules.Of(past.Said!.Source).Newest, ticks.Of(past.Said.Source).Newest);
}
