using System.ComponentModel;
using System.Globalization;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Dashboard.Web.Api;
using Dashboard.Web.Sources;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Web.Jobs;

/// <summary>The runs of one job, a page at a time: the one answer that reads the observed database, within its limits of work.</summary>
internal static class JobRunsApi
{
    private const int Usual = 50;
    private const int Most = 200;

    public static RouteGroupBuilder MapRuns(this RouteGroupBuilder api)
    {
        api.MapReadOrCsv("/jobs/{app_name}/runs", OfJobAsync)
            .WithName("runs")
            .WithSummary("The runs of one job, newest first")
            .WithDescription(
                "Read from the log a page at a time. A page may hold fewer than asked for and still have a cursor: a log without an index is searched a stretch at a time, and "
                + "looked_back_to says how far. Going on with the cursor searches further; null is the end of the log.")
            .Produces<RunPageWire>(StatusCodes.Status200OK, "application/json", Csv.ContentType)
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return api;
    }

    private static async Task<IResult> OfJobAsync(
        HttpContext context,
        SourcesNow sources,
        RunHistories histories,
        [FromRoute(Name = "app_name"), Description("The job's name, percent-encoded.")] string appName,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description("How many at most, 1 to 200; 50 when absent.")] string? limit,
        [FromQuery, Description("The cursor of the page before: older runs follow.")] string? cursor,
        [FromQuery, Description("Only runs that ended so: success, failure or unknown.")] string? outcome,
        [FromQuery, Description(Csv.Description)] string? format)
    {
        var query = new QueryReader(context.Request.Query, "source", "limit", "cursor", "outcome", Csv.Parameter);
        var csv = Csv.Asked(context, query);
        (source, cursor) = (query.Text("source"), query.Text("cursor"));
        var size = query.Number("limit", Usual, 1, Most);
        var outcomes = query.Words<RunOutcome>("outcome");
        if (outcomes.Count > 1)
        {
            query.Expect("outcome", "expected one of success, failure, unknown.");
        }

        RunCursor? from = null;
        if (cursor is not null && !RunCursor.TryParse(cursor, out from))
        {
            query.Expect("cursor", "expected the cursor of an earlier answer, as it was.");
        }

        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        appName = PathName.FromEnd(context, segmentsAfter: 1);
        if (sources.Find(source, context.Response, out var problem) is not { } shown)
        {
            return problem!;
        }

        if (shown.Standings.Find(appName) is null)
        {
            return ApiProblem.UnknownJob(appName, shown.Standings.Source);
        }

        var page = await histories.PageAsync(
            shown.Standings.Source,
            new RunPageRequest(appName) { Cursor = from, Size = size, Outcome = outcomes.Count == 1 ? outcomes.Single() : null },
            context.RequestAborted);
        if (page.Notice is not null && shown.Status.State != SourceState.Live)
        {
            context.Response.Headers.RetryAfter = SourcesNow.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            return ApiProblem.HistoryOutOfReach(shown.Standings.Source);
        }

        if (csv)
        {
            return JobCsv.Of(shown.Standings.Source, page);
        }

        return new TaggedJson<RunPageWire>(() => RunPageWire.Of(shown.Standings.Source, appName, page));
    }
}

/// <summary>Some runs of one job.</summary>
/// <param name="Source">The source.</param>
/// <param name="AppName">The job.</param>
/// <param name="Runs">Newest first.</param>
/// <param name="Cursor">Where to go on; null at the end of the log.</param>
/// <param name="LookedBackTo">How far back the search went; null when it went to the end, or nowhere.</param>
/// <param name="Notice">Why there is nothing to see, in one sentence; null when the log could be read.</param>
public sealed record RunPageWire(string Source, string AppName, IReadOnlyList<RunWire> Runs, string? Cursor, DateTimeOffset? LookedBackTo, string? Notice)
{
    /// <summary>A page on the wire.</summary>
    public static RunPageWire Of(string source, string appName, RunPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return new RunPageWire(source, appName, [.. page.Runs.Select(RunWire.Of)], page.Older?.ToString(), page.LookedBackTo, page.Notice);
    }
}
