using System.ComponentModel;
using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Web.Api;
using Dashboard.Web.Sources;
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
        return api;
    }

    private static IResult All(
        HttpContext context, SourceDirectory directory, SourceFeeds<VerdictSnapshot> verdicts, [FromQuery, Description("The source; the first when absent.")] string? source) =>
        Said(context, directory, verdicts, ref source, out var problem) is { } said
            ? new TaggedJson<SystemVerdictWire>(() => SystemVerdictWire.Of(said), Tag(said))
            : problem!;

    private static IResult One(
        HttpContext context,
        SourceDirectory directory,
        SourceFeeds<VerdictSnapshot> verdicts,
        [FromRoute(Name = "app_name"), Description("The job's name, percent-encoded.")] string appName,
        [FromQuery, Description("The source; the first when absent.")] string? source)
    {
        if (Said(context, directory, verdicts, ref source, out var problem) is not { } said)
        {
            return problem!;
        }

        var name = PathName.FromEnd(context, 1);
        return said.Find(name) is { } verdict ? new TaggedJson<VerdictWire>(() => VerdictWire.Of(verdict), Tag(said)) : ApiProblem.UnknownJob(name, said.Source);
    }

    private static VerdictSnapshot? Said(HttpContext context, SourceDirectory directory, SourceFeeds<VerdictSnapshot> verdicts, ref string? source, out IResult? problem)
    {
        var query = new QueryReader(context.Request.Query, "source");
        source = query.Text("source");
        if (query.Errors.Count > 0)
        {
            problem = ApiProblem.BadParameters(query.Errors);
            return null;
        }

        if (directory.Find(source) is not { } known)
        {
            problem = ApiProblem.UnknownSource(source ?? "", directory.All.Select(each => each.Name));
            return null;
        }

        var said = verdicts.Of(known.Name).Newest;
        if (said.AsOf is null)
        {
            context.Response.Headers.RetryAfter = "2";
            problem = ApiProblem.NotReadYet(known.Name, null);
            return null;
        }

        problem = null;
        return said;
    }

    private static Microsoft.Net.Http.Headers.EntityTagHeaderValue Tag(VerdictSnapshot said) => EntityTag.Of("verdict", said.Source, $"{said.Sequence}", $"{said.AsOf:O}");
}
