using System.ComponentModel;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Web.Api;
using Dashboard.Web.Sources;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Web.Dependencies;

/// <summary>Who waits for whom, and the order of a tick, for other programs.</summary>
internal static class GraphApi
{
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
        api.MapRead("/graph", Graph)
            .WithName("graph")
            .WithSummary("The graph of dependencies, and where each job of it stands")
            .WithDescription("Nodes are configured jobs, rows, and names that jobs wait for although nothing has them. Edges go from parent to child. Positions are those of the page, in CSS pixels; they change only with the graph.")
            .Produces<GraphWire>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapReadOrCsv("/order", Order)
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

    private static IResult Graph(
        HttpContext context,
        SourcesNow sources,
        SourceFeeds<TickSnapshot> ticks,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description("true to have the places of the page's drawing too; absent for a graph that is too large to be drawn whole.")] string? positions)
    {
        var query = new QueryReader(context.Request.Query, "source", "positions");
        (source, positions) = (query.Text("source"), query.Text("positions"));
        if (positions is not (null or "true" or "false"))
        {
            query.Expect("positions", "expected true or false.");
        }

        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        return sources.Find(source, context.Response, out var problem) is { } shown
            ? new TaggedJson<GraphWire>(() => GraphWire.Of(shown, ticks.Of(shown.Standings.Source).Newest, positions == "true"))
            : problem!;
    }

    private static IResult Order(
        HttpContext context,
        SourcesNow sources,
        SourceFeeds<TickSnapshot> ticks,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description(Csv.Description)] string? format)
    {
        var query = new QueryReader(context.Request.Query, "source", Csv.Parameter);
        var csv = Csv.Asked(context, query);
        source = query.Text("source");
        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        if (sources.Find(source, context.Response, out var problem) is not { } shown)
        {
            return problem!;
        }

        var tick = ticks.Of(shown.Standings.Source).Newest;
        return csv
            ? new CsvAnswer<JobTick>(Csv.FileName("order", tick.Source, tick.AsOf), Columns, tick.Jobs)
            : new TaggedJson<OrderWire>(() => OrderWire.Of(shown, tick));
    }
}
