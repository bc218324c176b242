using System.ComponentModel;
using System.Text;
using System.Text.Json;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Sources;
using Dashboard.Web.Api;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Dashboard.Web.Actions;

/// <summary>The audit for other programs: as JSON, as a table, and line by line.</summary>
internal static class ActivityApi
{
    private const int Most = 1_000;

    public static RouteGroupBuilder MapActivity(this RouteGroupBuilder api)
    {
        api.MapReadOrCsv("/activity", AllAsync)
            .WithName("activity")
            .WithSummary("Who did what with the jobs of a source")
            .WithDescription("Newest first. Each line carries the hash that binds it to the one before it. Ask with before for older lines; format=ndjson gives one line of JSON for each.")
            .Produces<ActivityListWire>(StatusCodes.Status200OK, "application/json", Csv.ContentType, "application/x-ndjson")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return api;
    }

    private static async Task<IResult> AllAsync(
        HttpContext context,
        AuditQueries audit,
        SourceDirectory sources,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description("Only of this job.")] string? job,
        [FromQuery, Description("Only of this person or key.")] string? who,
        [FromQuery, Description("Only this kind of action.")] string? kind,
        [FromQuery, Description("Only lines with this event.")] string? @event,
        [FromQuery, Description("Only lines older than this one.")] string? before,
        [FromQuery, Description("At most so many lines, up to 1,000; 100 when absent.")] string? limit,
        [FromQuery, Description("json, csv or ndjson; json when absent.")] string? format)
    {
        var query = new QueryReader(context.Request.Query, "source", "job", "who", "kind", "event", "before", "limit", Csv.Parameter);
        var lineByLine = format == "ndjson";
        var csv = !lineByLine && Csv.Asked(context, query);
        var most = query.Number("limit", csv || lineByLine ? Most : 100, 1, Most);
        var view = ActivityView.Parse(query.Text("job"), query.Text("who"), query.Text("kind"), query.Text("event"), query.Text("before"));
        source = query.Text("source");
        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        if (sources.Find(source) is not { Name: var name })
        {
            return ApiProblem.UnknownSource(source ?? "", sources.All.Select(known => known.Name));
        }

        try
        {
            var lines = await audit.PageAsync(view.Filter(name, most), context.RequestAborted);
            return csv ? new CsvAnswer<AuditLine>(Csv.FileName("activity", name, lines.Count > 0 ? lines[0].At : null), Columns, lines)
                : lineByLine ? Results.Text(string.Concat(lines.Select(line => JsonSerializer.Serialize(ActivityWire.Of(line), WireJson.Options) + "\n")), "application/x-ndjson", Encoding.UTF8)
                : TypedResults.Json(new ActivityListWire([.. lines.Select(ActivityWire.Of)], lines.Count == most ? lines[^1].Sequence : null), WireJson.Options);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException)
        {
            return ApiProblem.Of(StatusCodes.Status503ServiceUnavailable, "own-database-away", "The audit cannot be read now", "The dashboard's own database does not answer.");
        }
    }

    private static IReadOnlyList<CsvColumn<AuditLine>> Columns { get; } =
    [
        new("seq", line => line.Sequence),
        new("at", line => line.At),
        new("event", line => line.Entry.Event),
        new("kind", line => line.Entry.Kind),
        new("app_name", line => line.Entry.Job),
        new("actor", line => line.Entry.Who.Name),
        new("role", line => line.Entry.Who.Role),
        new("via", line => line.Entry.Who.Via),
        new("address", line => line.Entry.Who.Address),
        new("reason", line => line.Entry.Reason),
        new("summary", line => line.Entry.Summary),
        new("action", line => line.Entry.Action?.ToString("D")),
        new("before_row", line => line.Entry.Before),
        new("after_row", line => line.Entry.After),
        new("hash", line => Convert.ToHexStringLower(line.Hash)),
    ];
}
