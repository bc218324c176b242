using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Runs;

/// <summary>Registers the Runs room.</summary>
public static class RunServices
{
    /// <summary>The feed of recent runs and what keeps it fresh; the records of all runs and what keeps them.</summary>
    public static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.AddOptions<RunOptions>().BindConfiguration(RunOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(new SourceFeeds<RunsSnapshot>(RunsSnapshot.Empty));
        services.AddSingleton<RunHistories>();
        services.AddSingleton<ISourceReader, RunsMonitor>();
        services.AddSingleton(new SourceFeeds<RecordsNow>(RecordsNow.Empty));
        services.AddSingleton<RecordInboxes>();
        services.AddRunRecords();
        services.AddHostedService<RunRecorder>();
        return services;
    }

    /// <summary>The records of all runs alone, to be read.</summary>
    public static IServiceCollection AddRunRecords(this IServiceCollection services) => services
        .AddSingleton<RunRecordStore>()
        .AddSingleton<RunRecords>()
        .AddSingleton<IRunRecords>(provider => provider.GetRequiredService<RunRecords>());
}
