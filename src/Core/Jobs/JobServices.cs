using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Jobs;

/// <summary>Registers the Jobs room.</summary>
public static class JobServices
{
    /// <summary>The feed of observed rows and what keeps it fresh.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSingleton(new SourceFeeds<JobsSnapshot>(JobsSnapshot.Empty));
        services.AddSingleton<ISourceReader, JobsMonitor>();
        return services;
    }
}
