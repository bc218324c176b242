using Dashboard.Core.Feeds;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Retries;

/// <summary>Registers the Retries room.</summary>
public static class RetryServices
{
    /// <summary>The feed of what executors tell.</summary>
    public static IServiceCollection AddRetries(this IServiceCollection services) =>
        services.AddSingleton(new Feed<RetriesSnapshot>(RetriesSnapshot.Empty));
}
