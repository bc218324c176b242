using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Runs;

/// <summary>Registers the Runs room.</summary>
public static class RunServices
{
    /// <summary>The feed of recent runs and what keeps it fresh.</summary>
    public static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.AddOptions<RunOptions>().BindConfiguration(RunOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(new SourceFeeds<RunsSnapshot>(RunsSnapshot.Empty));
        services.AddSingleton<RunHistories>();
        services.AddSingleton<ISourceReader, RunsMonitor>();
        return services;
    }
}
