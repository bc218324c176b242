using Dashboard.Core.Feeds;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Backfill;

/// <summary>Registers the Backfill room.</summary>
public static class BackfillServices
{
    /// <summary>The feed of backlogs and what keeps it fresh.</summary>
    public static IServiceCollection AddBackfill(this IServiceCollection services)
    {
        services.AddSingleton(new SourceFeeds<BacklogSnapshot>(BacklogSnapshot.Empty));
        services.AddSingleton<SlotHistories>();
        services.AddHostedService<BacklogMonitor>();
        return services;
    }
}
