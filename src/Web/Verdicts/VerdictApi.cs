using System.ComponentModel;
using Dashboard.Core.Feeds;
using Dashboard.Core.Monitoring;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Web.Api;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Web.Verdicts;

/// <summary>Whether to page, for other programs.</summary>
internal static class VerdictApi
{
    public static RouteGroupBuilder MapVerdicts(this RouteGroupBuilder api)
    {
        api.MapRead("/verdict", All)
            .WithName("verdict")
            .WithSummary("Whether to page, and what is said of each job")
            .WithDescription("The newest verdict, with its evidence. A source that is not seen has the verdict blind and no jobs: nothing is claimed of what nobody sees.")
            .Produces<SystemVerdictWire>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapRead("/jobs/{app_name}/verdict", One)
            .WithName("job-verdict")
            .WithSummary("What is said of one job, and what that rests on")
            .WithDescription("The name is one percent-encoded path segment, as encodeURIComponent makes it.")
            .Produces<VerdictWire>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapRead("/verdict/explain", ExplainAll)
            .WithName("verdict-explain")
            .WithSummary("Whether to page, in plain sentences")
            .WithDescription("The newest verdict with every root of trouble: its cause, what to do first, who waits behind it.")
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapRead("/jobs/{app_name}/explain", ExplainOne)
            .WithName("job-explain")
            .WithSummary("What is said of one job and why, in plain sentences")
            .WithDescription("What is said, what it rests on, what else was thought of and what would change it. The name is one percent-encoded path segment.")
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapRead("/verdicts/stream", VerdictStream.Answer)
            .WithName("verdict-stream")
            .WithSummary("Each verdict as it comes, as server-sent events")
            .WithDescription("Event verdict: the whole verdict, at once and after each change. Event judged: the moment of the last evaluation, every 15 s. The stream ends after ten minutes; an EventSource comes back by itself.")
            .Produces<SystemVerdictWire>(StatusCodes.Status200OK, "text/event-stream")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        return api;
    }

    private static IResult All(
        HttpContext context, SourceDirectory directory, SourceFeeds<VerdictSnapshot> verdicts, [FromQuery, Description("The source; the first when absent.")] string? source) =>
        AskedVerdict.Find(context, directory, verdicts, out var problem) is { } said
            ? new TaggedJson<SystemVerdictWire>(() => SystemVerdictWire.Of(said), Tag(said))
            : problem!;

    private static IResult One(
        HttpContext context,
        SourceDirectory directory,
        SourceFeeds<VerdictSnapshot> verdicts,
        [FromRoute(Name = "app_name"), Description("The job's name, percent-encoded.")] string appName,
        [FromQuery, Description("The source; the first when absent.")] string? source) =>
        Job(context, directory, verdicts, out var said, out var problem) is { } verdict ? new TaggedJson<VerdictWire>(() => VerdictWire.Of(verdict), Tag(said!)) : problem!;

    private static IResult ExplainAll(
        HttpContext context, SourceDirectory directory, SourceFeeds<VerdictSnapshot> verdicts, [FromQuery, Description("The source; the first when absent.")] string? source) =>
        AskedVerdict.Find(context, directory, verdicts, out var problem) is { } said ? Results.Text(VerdictText.Explain(said)) : problem!;

    private static IResult ExplainOne(
        HttpContext context,
        SourceDirectory directory,
        SourceFeeds<VerdictSnapshot> verdicts,
        [FromRoute(Name = "app_name"), Description("The job's name, percent-encoded.")] string appName,
        [FromQuery, Description("The source; the first when absent.")] string? source) =>
        Job(context, directory, verdicts, out var said, out var problem) is { } verdict ? Results.Text(VerdictText.Explain(said!, verdict)) : problem!;

    private static Verdict? Job(HttpContext context, SourceDirectory directory, SourceFeeds<VerdictSnapshot> verdicts, out VerdictSnapshot? said, out IResult? problem)
    {
        said = AskedVerdict.Find(context, directory, verdicts, out problem);
        if (said is null)
        {
            return null;
        }

        var name = PathName.FromEnd(context, 1);
        if (said.Find(name) is { } verdict)
        {
            return verdict;
        }

        problem = ApiProblem.UnknownJob(name, said.Source);
        return null;
    }

    private static Microsoft.Net.Http.Headers.EntityTagHeaderValue Tag(VerdictSnapshot said) => EntityTag.Of("verdict", said.Source, $"{said.Sequence}", $"{said.AsOf:O}");
}
