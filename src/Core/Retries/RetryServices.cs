using Dashboard.Core.Feeds;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Retries.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dashboard.Core.Retries;

/// <summary>Registers the Retries room.</summary>
public static class RetryServices
{
    /// <summary>The feed of what executors tell and what fills it, the store that keeps it, and the way there for executors of this program.</summary>
    public static IServiceCollection AddRetries(this IServiceCollection services)
    {
        services.AddOptions<ExecutorOptions>().BindConfiguration(ExecutorOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddRetryStore();
        services.AddSingleton(new Feed<RetriesSnapshot>(RetriesSnapshot.Empty));
        services.AddHostedService<RetriesMonitor>();
        return services.AddRetryTelemetry();
    }

    /// <summary>The way of what executors of this program tell into the store: for the dashboard, and for a runner beside it.</summary>
    public static IServiceCollection AddRetryTelemetry(this IServiceCollection services)
    {
        services.TryAddSingleton<RetryQueue>();
        services.AddSingleton<IRetryTelemetry>(provider => provider.GetRequiredService<RetryQueue>());
        services.AddSingleton<RetryTelemetry>();
        services.AddHostedService(provider => provider.GetRequiredService<RetryTelemetry>());
        return services;
    }

    /// <summary>The store alone, for a program beside the dashboard, such as one that reads logs.</summary>
    public static IServiceCollection AddRetryStore(this IServiceCollection services)
    {
        services.AddOptions<RetryOptions>().BindConfiguration(RetryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RetryWake>();
        services.AddSingleton<RetryStore>();
        services.AddSingleton<IRetryStore>(provider => provider.GetRequiredService<RetryStore>());
        services.AddSingleton<ILogPositions>(provider => provider.GetRequiredService<RetryStore>());
        return services;
    }
}
