using Dashboard.Core.Runner.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Core.Tests.Runner.Jobs;

/// <summary>Runs for the tests of bodies.</summary>
internal static class Runs
{
    public static readonly DateTimeOffset Started = new(2014, 9, 5, 7, 0, 1, TimeSpan.Zero);
    public static readonly DateTimeOffset Slot = new(2014, 9, 4, 7, 0, 0, TimeSpan.Zero);

    public static JobRun Of(string job, DateTimeOffset? slot = null, string id = "run-1") => new(job, id, Started, slot);

    public static ServiceProvider Services(JobClasses? classes = null, NpgsqlDataSource? database = null, Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection();
        services.AddRunnerJobs(classes ?? new JobClasses(), database is null ? null : _ => database);
        more?.Invoke(services);
        return services.BuildServiceProvider();
    }

    /// <summary>The one job of a configuration that has no fault.</summary>
    public static RunnerJob One(string ini, IServiceProvider services)
    {
        var read = RunnerJobs.ReadText(ini, "crontabber.ini", services.GetRequiredService<JobClasses>(), services);
        Assert.Empty(read.Faults);
        return Assert.Single(read.Jobs);
    }
}
