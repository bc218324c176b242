using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Browser.Tests;

/// <summary>What an executor would tell, told past it.</summary>
internal static class Telling
{
    /// <summary>Keeps events as any other delivery, and waits until pages can show the open streaks among them.</summary>
    public static async Task TellAsync(this RunningDashboard dashboard, IReadOnlyList<RetryEvent> told)
    {
        var stop = TestContext.Current.CancellationToken;
        var feed = dashboard.Services.GetRequiredService<Feed<RetriesSnapshot>>();
        await dashboard.Services.GetRequiredService<IRetryStore>().KeepAsync(new RetryBatch { Events = told }, stop);
        await foreach (var retries in feed.WatchAsync(stop))
        {
            if (told.All(one => retries.Resources.Any(lane => lane.Resource == one.Who.Resource && lane.Source == one.Who.Source)))
            {
                return;
            }
        }
    }
}
