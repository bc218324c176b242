namespace Dashboard.Web.Live;

/// <summary>The hub for other programs.</summary>
internal static class LiveServices
{
    public static IServiceCollection AddLive(this IServiceCollection services)
    {
        services.AddSignalR();
        return services;
    }

    public static IEndpointRouteBuilder MapLive(this IEndpointRouteBuilder routes) => routes;
}
