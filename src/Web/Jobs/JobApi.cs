using System.ComponentModel;
using Dashboard.Core.Jobs;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Api;
using Dashboard.Web.Sources;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Web.Jobs;

/// <summary>The jobs for other programs, with crontabber's own field names.</summary>
internal static class JobApi
{
    private const int LongestSearch = 200;

    public static RouteGroupBuilder MapJobs(this RouteGroupBuilder api)
    {
        api.MapReadOrCsv("/jobs", All)
            .WithName("jobs")
            .WithSummary("The jobs of a source and where each stands")
            .WithDescription("From the newest snapshot. While the source is out of reach the answer is the last one known, with state stale and its age; before the first reading it is 503.")
            .Produces<JobListWire>(StatusCodes.Status200OK, "application/json", Csv.ContentType)
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapRead("/jobs/{app_name}", One)
            .WithName("job")
            .WithSummary("One job, every text whole")
            .WithDescription(
                "The name is one percent-encoded path segment, as encodeURIComponent makes it: a slash is %2F, a percent sign %25. "
                + "Names that no path can carry, '.' and '..', are found with /api/v1/jobs?app_name=.")
            .Produces<JobDetailWire>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return api;
    }

    private static IResult All(
        HttpContext context,
        SourcesNow sources,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description("One or more states, separated by commas.")] string? state,
        [FromQuery, Description("Text that the name, the sentence, the error's type or its message contains, whatever its case.")] string? q,
        [FromQuery(Name = "app_name"), Description("Exactly this name.")] string? appName,
        [FromQuery, Description(Csv.Description)] string? format)
    {
        var query = new QueryReader(context.Request.Query, "source", "state", "q", "app_name", Csv.Parameter);
        var csv = Csv.Asked(context, query);
        var states = query.Words<JobState>("state");
        (source, q, appName) = (query.Text("source"), query.Text("q", LongestSearch), query.Text("app_name"));
        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        if (sources.Find(source, context.Response, out var problem) is not { } shown)
        {
            return problem!;
        }

        var matching = shown.Standings.Jobs.Where(standing =>
            (states.Count == 0 || states.Contains(standing.State)) && (appName is null || standing.Job.Name == appName) && (q is null || Matches(standing, q)));
        if (csv)
        {
            return JobCsv.Of(shown.Standings, matching);
        }

        return new TaggedJson<JobListWire>(
            () => JobListWire.Of(shown.Status, shown.Standings, matching),
            EntityTag.Of(
                "jobs", shown.Standings.Source, $"{shown.Standings.Sequence}", $"{shown.Status.State}", shown.Status.Trouble, $"{shown.Status.TroubleSince:O}",
                $"{Freshness.AsOf(shown.Status, shown.Standings):O}", string.Join(',', states.Order()), q, appName));
    }

    private static IResult One(
        HttpContext context,
        SourcesNow sources,
        [FromRoute(Name = "app_name"), Description("The job's name, percent-encoded.")] string appName,
        [FromQuery, Description("The source; the first when absent.")] string? source)
    {
        var query = new QueryReader(context.Request.Query, "source");
        source = query.Text("source");
        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        appName = PathName.FromEnd(context, segmentsAfter: 0);
        if (sources.Find(source, context.Response, out var problem) is not { } shown)
        {
            return problem!;
        }

        return shown.Standings.Find(appName) is { } standing
            ? new TaggedJson<JobDetailWire>(() => JobDetailWire.Of(shown.Status, shown.Standings, standing))
            : ApiProblem.UnknownJob(appName, shown.Standings.Source);
    }

    private static bool Matches(JobStanding standing, string text) =>
        Contains(standing.Job.Name, text) || Contains(standing.Because, text) || Contains(standing.Job.LastError?.Type, text) || Contains(standing.Job.LastError?.Value, text);

    private static bool Contains(string? whole, string part) => whole?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;
}
