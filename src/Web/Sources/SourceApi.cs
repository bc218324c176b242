using Dashboard.Web.Api;

namespace Dashboard.Web.Sources;

/// <summary>The observed databases, for other programs.</summary>
internal static class SourceApi
{
    public static IServiceCollection AddSourceApi(this IServiceCollection services) => services.AddSingleton<SourcesNow>();

    public static RouteGroupBuilder MapSources(this RouteGroupBuilder api)
    {
        api.MapRead("/sources", All)
            .WithName("sources")
            .WithSummary("Every observed database")
            .WithDescription("Whether each is being read, how changes are noticed, and how many of its jobs stand in which state.")
            .Produces<IReadOnlyList<SourceWire>>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest);
        return api;
    }

    private static IResult All(HttpRequest request, SourcesNow sources)
    {
        var errors = new QueryReader(request.Query).Errors;
        return errors.Count > 0
            ? ApiProblem.BadParameters(errors)
            : new TaggedJson<IReadOnlyList<SourceWire>>(() => [.. sources.All.Select(shown => SourceWire.Of(shown.Status, shown.Standings))]);
    }
}
