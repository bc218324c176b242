using Dashboard.Web.Components;
using Dashboard.Web.Security;

namespace Dashboard.Web.Layout;

/// <summary>The pages.</summary>
internal static class PageServices
{
    public static IServiceCollection AddPages(this IServiceCollection services)
    {
        services.AddSingleton<SourceRooms>();
        services.AddSingleton<ShownSources>();
        services.AddScoped<LivePage>();
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            // A dropped circuit keeps working until it is forgotten; a browser that comes back later reloads from the URL.
            circuits.DisconnectedCircuitMaxRetained = 20;
            circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(1);
        });
        return services;
    }

    /// <summary>What has no page gets one that says so; what other programs ask for is answered elsewhere.</summary>
    public static WebApplication UsePageErrors(this WebApplication app)
    {
        app.UseWhen(IsForPeople, pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        return app;
    }

    public static IEndpointRouteBuilder MapPages(this IEndpointRouteBuilder routes)
    {
        routes.MapRazorComponents<App>().AddInteractiveServerRenderMode(circuits =>
        {
            // Text of strangers and of ours shares a message: its length must not tell one from the other.
            circuits.DisableWebSocketCompression = true;
            circuits.ContentSecurityFrameAncestorsPolicy = "'none'";
        }).RequireUnlessSaid(AccessPolicies.Viewer);
        return routes;
    }

    private static bool IsForPeople(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)) && !Machines.Path(context.Request.Path);
}
