using Dashboard.Core.Database;
using Dashboard.Core.Database.Embedded;
using Dashboard.Core.Retries;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Runner.Requests;
using Dashboard.Core.Schedules;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Dashboard.Core.Runner.Samples;

/// <summary>
/// Runs the living sample inside the dashboard: tick after tick, as <c>./run runner</c> would. When the dashboard stops, the running job is asked to end and its
/// lock is given back; when it is killed, the next start finds the lock of a dead process and goes on with the slot it was at.
/// </summary>
internal sealed partial class SampleRunner(
    SampleResources resources, IServiceProvider services, EmbeddedPostgres postgres, OwnDatabase own, IRetryStore store, RunnerRetries retries, IOptions<RunnerSettings> settings, TimeProvider clock, ILogger<SampleRunner> log)
    : BackgroundService, IHostedLifecycleService
{
    /// <summary>From one tick to the next: finer than cron, for somebody may be watching.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan BetweenTrims = TimeSpan.FromHours(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Before anybody reads them: the monitors of the source begin afterwards.</summary>
    public Task StartingAsync(CancellationToken cancellationToken) => SampleSource.WriteAsync(postgres.Folder, resources.Site, cancellationToken);

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        resources.TroubleAsync(stoppingToken),
        TrimAsync(stoppingToken),
        KeptRunning.RunAsync(LiveAsync, clock, (cause, pause) => LogDied(log, cause, pause), stoppingToken));

    private async Task LiveAsync(CancellationToken quit)
    {
        var source = resources.Source;
        var table = await StateTables.FindAsync(resources.State, create: false, retries, quit) ?? throw new InvalidOperationException($"{source.Address} has no tables of crontabber.");
        var read = RunnerJobs.Read(source.JobsFile!, services.GetRequiredService<JobClasses>(), services, ScheduleFile.ReadMapping(source.MappingFile!));
        foreach (var fault in read.Faults)
        {
            LogFault(log, fault.ToString());
        }

        var options = new RunnerOptions { Source = source.Name, Settings = read.Settings, Parallel = settings.Value.Parallel, Grace = Grace };
        using var tick = new RunnerTick(table, read.Jobs, options, clock, new RunnerRecords(own.Now, source.Name), new StoredTicks(store), new SlotRequests(own.Now, source.Name));
        LogBegins(log, read.Jobs.Count);
        await RunnerLoop.RunAsync(async token => Told(await tick.RunAsync(token)), Interval, clock, quit);
        await tick.WrittenAsync(quit);
    }

    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(BetweenTrims, clock);
        try
        {
            do
            {
                try
                {
                    await SampleSource.TrimAsync(resources.State, cancellationToken);
                }
                catch (Exception cause) when (cause is NpgsqlException or TimeoutException)
                {
                    LogUntrimmed(log, cause);
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    // What became of jobs stands in the tables; only what is odd about a tick is worth a line.
    private void Told(TickReport report)
    {
        foreach (var turn in report.Turns.Where(turn => turn.Remarks.Count > 0))
        {
            LogRemark(log, turn.Job, string.Join("; ", turn.Remarks));
        }
    }

    [LoggerMessage(1900, LogLevel.Information, "The living sample runs: {Jobs} jobs; Runner:Sample=false turns it off")]
    private static partial void LogBegins(ILogger log, int jobs);

    [LoggerMessage(1901, LogLevel.Error, "The runner of the living sample died; it begins again in {Pause}")]
    private static partial void LogDied(ILogger log, Exception cause, TimeSpan pause);

    [LoggerMessage(1902, LogLevel.Warning, "The living sample: {Fault}")]
    private static partial void LogFault(ILogger log, string fault);

    [LoggerMessage(1903, LogLevel.Information, "The living sample, {Job}: {Remark}")]
    private static partial void LogRemark(ILogger log, string job, string remark);

    [LoggerMessage(1904, LogLevel.Warning, "The log of the living sample cannot be trimmed at present; trying again in an hour")]
    private static partial void LogUntrimmed(ILogger log, Exception cause);
}
