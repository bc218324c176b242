using Dashboard.Core.Feeds;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Schedules;

/// <summary>Registers the Schedules room.</summary>
public static class ScheduleServices
{
    /// <summary>The feed of schedules and what keeps it fresh.</summary>
    public static IServiceCollection AddSchedules(this IServiceCollection services)
    {
        services.AddSingleton(new SourceFeeds<ScheduleBook>(ScheduleBook.Empty));
        services.AddHostedService<ScheduleMonitor>();
        return services;
    }
}
