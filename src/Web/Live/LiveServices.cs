using Dashboard.Web.Api;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Http.Connections;

namespace Dashboard.Web.Live;

/// <summary>The hub for other programs.</summary>
internal static class LiveServices
{
    public static IServiceCollection AddLive(this IServiceCollection services)
    {
        services.AddSignalR().AddJsonProtocol(json => WireJson.Apply(json.PayloadSerializerOptions));
        services.AddSingleton<LiveStream>();
        services.AddSingleton<LiveHistory>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveHistory>());
        return services;
    }

    public static IEndpointRouteBuilder MapLive(this IEndpointRouteBuilder routes)
    {
        routes.MapHub<LiveHub>("/hubs/live", hub =>
        {
            hub.Transports = HttpTransportType.WebSockets;
            hub.CloseOnAuthenticationExpiration = true;

            // A program that takes nothing for so long is let go; it comes back and goes on from its number.
            hub.TransportSendTimeout = TimeSpan.FromSeconds(30);
        }).RequireAuthorization(AccessPolicies.Viewer);
        return routes;
    }
}
