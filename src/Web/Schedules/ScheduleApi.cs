using System.ComponentModel;
using Dashboard.Web.Api;
using Dashboard.Web.Sources;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Web.Schedules;

/// <summary>The schedules for other programs.</summary>
internal static class ScheduleApi
{
    public static RouteGroupBuilder MapSchedules(this RouteGroupBuilder api)
    {
        api.MapRead("/schedules", All)
            .WithName("schedules")
            .WithSummary("When every job of a source runs, and how that is known")
            .WithDescription("Definitions in configuration order, the scheduler's settings, and what is wrong with its configuration. Each part says whether it is configured, inferred from history, or unknown, and why.")
            .Produces<ScheduleBookWire>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return api;
    }

    private static IResult All(
        HttpContext context,
        SourcesNow sources,
        [FromQuery, Description("The source; the first when absent.")] string? source)
    {
        var query = new QueryReader(context.Request.Query, "source");
        source = query.Text("source");
        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        return sources.Find(source, context.Response, out var problem) is { } shown
            ? new TaggedJson<ScheduleBookWire>(() => ScheduleBookWire.Of(shown.Schedules))
            : problem!;
    }
}
