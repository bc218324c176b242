using Dashboard.Core.Feeds;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Sources;

/// <summary>Registers the Sources room.</summary>
public static class SourceServices
{
    /// <summary>The observed databases and the watch on each of them.</summary>
    public static IServiceCollection AddSources(this IServiceCollection services, IReadOnlyList<Source> sources)
    {
        var directory = new SourceDirectory(sources);
        services.AddSingleton(directory);
        services.AddSingleton(new SourceFeeds<SourceStatus>(name =>
            SourceStatus.Connecting(directory.Find(name) ?? throw new ArgumentException($"There is no source '{name}'.", nameof(name)))));
        services.AddHostedService<SourceWatch>();
        return services;
    }
}
