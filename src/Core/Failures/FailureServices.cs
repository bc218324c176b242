using Dashboard.Core.Feeds;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Failures;

/// <summary>Registers the Failures room.</summary>
public static class FailureServices
{
    /// <summary>The feed of failures in groups and what keeps it fresh.</summary>
    public static IServiceCollection AddFailures(this IServiceCollection services)
    {
        services.AddOptions<FailureOptions>().BindConfiguration(FailureOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new FrameRule(provider.GetRequiredService<IOptions<FailureOptions>>().Value.Libraries));
        services.AddSingleton(new SourceFeeds<FailuresSnapshot>(FailuresSnapshot.Empty));
        services.AddSingleton<FailureQueries>();
        services.AddHostedService<FailuresMonitor>();
        return services;
    }
}
