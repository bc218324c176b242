namespace Dashboard.Web.Layout;

/// <summary>The pages.</summary>
internal static class PageServices
{
    public static IServiceCollection AddPages(this IServiceCollection services)
    {
        services.AddSingleton<ShownSources>();
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            // A dropped circuit keeps working until it is forgotten; a browser that comes back later reloads from the URL.
            circuits.DisconnectedCircuitMaxRetained = 20;
            circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(1);
        });
        return services;
    }

    public static IEndpointRouteBuilder MapPages(this IEndpointRouteBuilder routes)
    {
        routes.MapRazorComponents<App>().AddInteractiveServerRenderMode(circuits =>
        {
            // Text of strangers and of ours shares a message: its length must not tell one from the other.
            circuits.DisableWebSocketCompression = true;
            circuits.ContentSecurityFrameAncestorsPolicy = "'none'";
        });
        return routes;
    }
}
