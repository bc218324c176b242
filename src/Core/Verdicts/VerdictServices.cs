using Dashboard.Core.Feeds;
using Dashboard.Core.Monitoring.Metrics;
using Dashboard.Core.Verdicts.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Verdicts;

/// <summary>Registers the Verdicts room.</summary>
public static class VerdictServices
{
    /// <summary>The feeds of standings and verdicts and what keeps them fresh.</summary>
    public static IServiceCollection AddVerdicts(this IServiceCollection services)
    {
        services.AddSingleton(new SourceFeeds<StandingsSnapshot>(StandingsSnapshot.Empty));
        services.AddHostedService<StandingsMonitor>();
        services.AddSingleton(new SourceFeeds<VerdictSnapshot>(VerdictSnapshot.Empty));
        services.AddOptions<VerdictOptions>().BindConfiguration(VerdictOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => Options.Create(provider.GetRequiredService<IOptions<VerdictOptions>>().Value.ToSettings()));
        services.AddSingleton<VerdictPulse>();
        services.AddHostedService<VerdictMonitor>();
        services.AddSingleton<MetricTally>();
        services.AddHostedService(provider => provider.GetRequiredService<MetricTally>());
        return services;
    }
}
