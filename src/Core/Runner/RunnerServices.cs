using Dashboard.Core.Database;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Runner.Samples;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Runner;

/// <summary>Registers the Runner room.</summary>
public static class RunnerServices
{
    /// <summary>The settings, and the runner of the living sample where there is one. To be called last: what is begun last is stopped first, while all it needs still runs.</summary>
    public static IServiceCollection AddRunner(this IServiceCollection services, DashboardStorage storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        services.AddOptions<RunnerSettings>().BindConfiguration(RunnerSettings.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<LockQueries>();
        services.AddHostedService<TickRunnerMonitor>();
        services.AddHostedService<RunnerRetention>();
        if (storage is { Embedded: not null, HasSample: true })
        {
            services.AddSingleton<SampleResources>();
            services.AddSingleton(provider => new RunnerRetries
            {
                Source = SampleSource.Name,

                // Its troubles last a minute, and somebody may be watching.
                Configured = new ExecutorOptions { BackoffDelays = "5, 10, 15, 20" },
                Telemetry = provider.GetRequiredService<IRetryTelemetry>(),
                Clock = provider.GetRequiredService<TimeProvider>(),
            });
            services.AddRunnerJobs(JobClasses.OfThisProgram(), provider => provider.GetRequiredService<SampleResources>().Jobs);
            services.AddHostedService<SampleRunner>();
        }

        return services;
    }
}
