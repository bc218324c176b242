using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Configuration.Reload;
using Dashboard.Core.Feeds;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dashboard.Core.Configuration;

/// <summary>Registers what the program was configured with, and how that is exchanged.</summary>
public static class ConfigurationServices
{
    /// <summary>Adds it.</summary>
    /// <param name="services">The services.</param>
    /// <param name="sources">Where the configuration is read from.</param>
    /// <param name="first">What it said at the start.</param>
    /// <param name="live">What options are bound from.</param>
    public static IServiceCollection AddConfiguration(this IServiceCollection services, ConfigurationSources sources, ConfigurationReading first, LayeredConfiguration live)
    {
        services.AddSingleton(sources);
        services.AddSingleton(sources.Catalog);
        services.AddSingleton(sources.Catalog.Classes);
        services.AddSingleton(live);
        services.AddSingleton(first);
        services.AddSingleton(provider => new Feed<ConfigurationSnapshot>(new ConfigurationSnapshot(1, first, provider.GetRequiredService<TimeProvider>().GetUtcNow())));
        services.TryAddSingleton<AuditQueries>();
        services.AddSingleton<ConfigurationReload>();
        services.AddHostedService<HangUp>();
        return services;
    }
}
