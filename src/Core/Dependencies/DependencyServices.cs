using Dashboard.Core.Feeds;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Dependencies;

/// <summary>Registers the Dependencies room.</summary>
public static class DependencyServices
{
    /// <summary>The feed of what the next tick will do, and what keeps it fresh.</summary>
    public static IServiceCollection AddDependencies(this IServiceCollection services)
    {
        services.AddSingleton(new SourceFeeds<TickSnapshot>(TickSnapshot.Empty));
        services.AddSingleton(new SourceFeeds<TickRunner>(_ => TickRunner.Crontabber));
        services.AddHostedService<TickMonitor>();
        return services;
    }
}
