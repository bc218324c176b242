using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Runs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Dashboard.Core.Runner;

/// <summary>
/// Drops what runners left behind, once an hour: notes of slots as old as the records of runs that go (<c>Runs:KeepDays</c>), and owners of locks that were silent for a
/// week. A runner that was killed leaves its own; by then every lock of it may be taken over by its age alone.
/// </summary>
internal sealed partial class RunnerRetention(OwnDatabase own, IOptions<RunOptions> options, TimeProvider clock, ILogger<RunnerRetention> log) : BackgroundService
{
    private const string SlotsSql = """
        delete from dashboard.run_slot where noted_at < now() - make_interval(days => $1)
        """;

    private const string OwnersSql = """
        delete from dashboard.runner_lock where heard_at < now() - make_interval(days => $1)
        """;

    private const int OwnersDays = 7;
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    /// <summary>Once, for as long as it takes to reach the own database.</summary>
    public async Task OnceAsync(CancellationToken cancellationToken)
    {
        await PruneAsync(SlotsSql, options.Value.KeepDays, cancellationToken);
        await PruneAsync(OwnersSql, OwnersDays, cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        try
        {
            do
            {
                try
                {
                    await OnceAsync(stoppingToken);
                }
                catch (Exception cause) when (cause is not OperationCanceledException)
                {
                    // What waiting does not heal somebody may: the next hour tries again.
                    LogKept(log, cause);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    private Task<int> PruneAsync(string sql, int days, CancellationToken cancellationToken) =>
        own.Patient.Statements.ExecuteAsync(() => new NpgsqlCommand(sql) { Parameters = { new NpgsqlParameter<int> { TypedValue = days } } }, cancellationToken);

    [LoggerMessage(1910, LogLevel.Warning, "What runners left behind cannot be dropped at present; trying again in an hour")]
    private static partial void LogKept(ILogger log, Exception cause);
}
