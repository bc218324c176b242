using Dashboard.Core.Configuration;
using Dashboard.Core.Schedules;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>The kinds of jobs that need no code: their sections say <c>kind</c>, and of what a class says itself <c>app_name</c>, <c>backfill</c> and <c>depends_on</c>.</summary>
/// <param name="services">Where bodies get what they need.</param>
internal sealed class JobKinds(IServiceProvider services)
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> All { get; } = ["sql", "subprocess", "http"];

    /// <summary>Reads the section of a job; null when something is wrong with it.</summary>
    public (JobDefinition, IJobBody)? Read(ConfiguredJob job, ConfigSection section, MappedClass? mapped, FaultList faults)
    {
        var options = new OptionReader(section, faults);
        var clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        IJobBody? body = null;
        switch (options.Text("kind"))
        {
            case "sql":
                body = SqlBody.Read(options, services.GetService<IJobDatabase>());
                break;
            case "subprocess":
                body = SubprocessBody.Read(options, services.GetService<SubprocessRunner>() ?? new SubprocessRunner(clock));
                break;
            case "http":
                body = HttpBody.Read(options, clock);
                break;
            default:
                options.Refuse("kind", string.Join(", ", All));
                return null;
        }

        options.SayUnknown();
        var parents = options.List("depends_on")?.Where(parent => parent.Length > 0).ToArray() ?? mapped?.DependsOn ?? [];
        var backfills = options.Truth("backfill", mapped?.Backfills ?? false);
        var name = options.Text("app_name") ?? mapped?.Name ?? job.ClassPath;
        return body is null || options.Failed
            ? null
            : (RunnerJobs.Definition(job, name, backfills, parents, $"the section [[{section.Name}]] of {Path.GetFileName(section.File)}"), body);
    }
}

/// <summary>Registers what bodies of jobs get.</summary>
public static class RunnerJobServices
{
    /// <summary>The classes a configuration may name, subprocesses, and the database that jobs work in.</summary>
    /// <param name="services">The services.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="database">Where the jobs' database is; null when jobs have none. Registered before as <see cref="IJobDatabase"/>, that is taken.</param>
    public static IServiceCollection AddRunnerJobs(this IServiceCollection services, JobClasses classes, Func<IServiceProvider, NpgsqlDataSource>? database = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(classes);
        services.TryAddSingleton<SubprocessRunner>();
        if (database is not null)
        {
            services.TryAddSingleton<IJobDatabase>(provider => new JobDatabase(database(provider), provider.GetService<RunnerRetries>()));
        }

        return services;
    }
}
