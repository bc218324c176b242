using System.ComponentModel;
using Dashboard.Core.Failures;
using Dashboard.Core.Feeds;
using Dashboard.Web.Api;
using Dashboard.Web.Sources;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Web.Failures;

/// <summary>The groups of failures for other programs; from the feed the pages read, never a query.</summary>
internal static class FailureApi
{
    private const int LongestSearch = 200;

    private static readonly IReadOnlyList<CsvColumn<FailureGroup>> Columns =
    [
        new("fingerprint", group => group.Print.Id),
        new("failing_now", group => group.FailingNow),
        new("exc_type", group => group.Print.Type),
        new("pattern", group => group.Print.Pattern),
        new("place", group => group.Print.Place),
        new("class", group => group.Kind.Class),
        new("code", group => group.Kind.Code),
        new("last_hour", group => group.LastHour),
        new("last_day", group => group.LastDay),
        new("last_week", group => group.LastWeek),
        new("first_seen", group => group.FirstSeen),
        new("last_seen", group => group.LastSeen),
        new("job_count", group => group.JobCount),
        new("jobs", group => group.Jobs.Select(job => job.Name)),
        new("sample", group => group.Sample?.Error.Value),
    ];

    public static RouteGroupBuilder MapFailures(this RouteGroupBuilder api)
    {
        api.MapReadOrCsv("/failures", All)
            .WithName("failures")
            .WithSummary("The failures of a source in groups of what is the same")
            .WithDescription(
                "Failures count as one when class, message without numbers and quoted values, and the nearest frame of the operator's own code are the same. "
                + "Counts are of the time up to as_of, by the observed database's clock, from the dashboard's own records of runs. Texts come without secrets.")
            .Produces<FailureListWire>(StatusCodes.Status200OK, "application/json", Csv.ContentType)
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapRead("/failures/{fingerprint}", One)
            .WithName("failure")
            .WithSummary("One group of failures, with the latest of them whole")
            .WithDescription("The latest failure of the group comes with the last frames of its traceback.")
            .Produces<FailureDetailWire>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return api;
    }

    private static IResult All(
        HttpContext context,
        SourcesNow sources,
        SourceFeeds<FailuresSnapshot> feeds,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description("failing for groups a job fails with now, recovered for the others; both when absent.")] string? state,
        [FromQuery(Name = "class"), Description("One or more kinds, separated by commas.")] string? kind,
        [FromQuery, Description("Only groups that hit exactly this job.")] string? job,
        [FromQuery, Description("Text that class, message, place or a job's name contains, whatever its case.")] string? q,
        [FromQuery, Description(Csv.Description)] string? format)
    {
        var query = new QueryReader(context.Request.Query, "source", "state", "class", "job", "q", Csv.Parameter);
        var csv = Csv.Asked(context, query);
        var classes = query.Words<FailureClass>("class");
        (source, state, job, q) = (query.Text("source"), query.Text("state"), query.Text("job"), query.Text("q", LongestSearch));
        if (state is not (null or "failing" or "recovered"))
        {
            query.Expect("state", "expected failing or recovered.");
        }

        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        if (sources.Find(source, context.Response, out var problem) is not { } shown)
        {
            return problem!;
        }

        var failures = feeds.Of(shown.Standings.Source).Newest;
        var view = new FailuresView { Text = q ?? "", FailingNow = state is null ? null : state == "failing", Classes = [.. classes], Job = job };
        var matching = view.Apply(failures.Groups);
        return csv
            ? new CsvAnswer<FailureGroup>(Csv.FileName("failures", failures.Source, failures.AsOf), Columns, matching)
            : new TaggedJson<FailureListWire>(() => FailureListWire.Of(shown, failures, matching));
    }

    private static IResult One(
        HttpContext context,
        SourcesNow sources,
        SourceFeeds<FailuresSnapshot> feeds,
        [FromRoute, Description("The group's fingerprint.")] string fingerprint,
        [FromQuery, Description("The source; the first when absent.")] string? source)
    {
        var query = new QueryReader(context.Request.Query, "source");
        source = query.Text("source");
        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        if (sources.Find(source, context.Response, out var problem) is not { } shown)
        {
            return problem!;
        }

        var failures = feeds.Of(shown.Standings.Source).Newest;
        return failures.Find(fingerprint) is { } group
            ? new TaggedJson<FailureDetailWire>(() => new FailureDetailWire(failures.Source, shown.Status.State, failures.AsOf, FailureGroupWire.Of(failures.Source, group, whole: true)))
            : ApiProblem.Of(StatusCodes.Status404NotFound, "unknown-failure", "There is no such group of failures", $"The source '{failures.Source}' has no failures with the fingerprint '{(Fingerprint.IsId(fingerprint) ? fingerprint : "(no fingerprint)")}'.");
    }
}
