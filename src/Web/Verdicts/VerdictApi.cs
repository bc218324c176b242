using System.ComponentModel;
using Dashboard.Core.Feeds;
using Dashboard.Core.Ledger;
using Dashboard.Core.Monitoring;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Web.Api;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Web.Verdicts;

/// <summary>Whether to page, for other programs.</summary>
internal static class VerdictApi
{
    private const string AtWords = "A moment in ISO 8601: what was said then, as it was kept. The present when absent.";

    public static RouteGroupBuilder MapVerdicts(this RouteGroupBuilder api)
    {
        api.MapRead("/verdict", AllAsync)
            .WithName("verdict")
            .WithSummary("Whether to page, and what is said of each job")
            .WithDescription("The newest verdict, with its evidence. A source that is not seen has the verdict blind and no jobs: nothing is claimed of what nobody sees.")
            .Produces<SystemVerdictWire>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapRead("/jobs/{app_name}/verdict", OneAsync)
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

    private static async Task<IResult> AllAsync(
        HttpContext context,
        SourceDirectory directory,
        SourceFeeds<VerdictSnapshot> verdicts,
        ILedgerReader ledger,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description(AtWords)] string? at)
    {
        if (string.IsNullOrEmpty(at))
        {
            return AskedVerdict.Find(context, directory, verdicts, out var problem, "at") is { } said ? new TaggedJson<SystemVerdictWire>(() => SystemVerdictWire.Of(said), Tag(said)) : problem!;
        }

        var (past, refusal) = await AskedPast.FindAsync(context, directory, ledger);
        return past?.Said is { } then ? new TaggedJson<SystemVerdictWire>(() => SystemVerdictWire.Of(then)) : refusal!;
    }

    private static async Task<IResult> OneAsync(
        HttpContext context,
        SourceDirectory directory,
        SourceFeeds<VerdictSnapshot> verdicts,
        ILedgerReader ledger,
        [FromRoute(Name = "app_name"), Description("The job's name, percent-encoded.")] string appName,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description(AtWords)] string? at)
    {
        if (string.IsNullOrEmpty(at))
        {
            return Job(context, directory, verdicts, out var said, out var problem, "at") is { } verdict ? new TaggedJson<VerdictWire>(() => VerdictWire.Of(verdict), Tag(said!)) : problem!;
        }

        var (past, refusal) = await AskedPast.FindAsync(context, directory, ledger);
        var name = PathName.FromEnd(context, 1);
        return past?.Said is not { } all ? refusal! : all.Find(name) is { } then ? new TaggedJson<VerdictWire>(() => VerdictWire.Of(then)) : ApiProblem.UnknownJob(name, all.Source);
    }

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

    private static Verdict? Job(HttpContext context, SourceDirectory directory, SourceFeeds<VerdictSnapshot> verdicts, out VerdictSnapshot? said, out IResult? problem, params string[] known)
    {
        said = AskedVerdict.Find(context, directory, verdicts, out problem, known);
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
