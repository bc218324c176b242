using Dashboard.Core.Feeds;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Verdicts;

/// <summary>Registers the Verdicts room.</summary>
public static class VerdictServices
{
    /// <summary>The feed of standings and what keeps it fresh.</summary>
    public static IServiceCollection AddVerdicts(this IServiceCollection services)
    {
        services.AddSingleton(new SourceFeeds<StandingsSnapshot>(StandingsSnapshot.Empty));
        services.AddHostedService<StandingsMonitor>();
        return services;
    }
}
