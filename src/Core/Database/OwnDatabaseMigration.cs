using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Database;

/// <summary>Brings the own schema up to date before the dashboard opens; when its database is out of reach, as soon as it is back.</summary>
internal sealed partial class OwnDatabaseMigration(OwnDatabase database, TimeProvider clock, ILogger<OwnDatabaseMigration> log) : BackgroundService, IHostedLifecycleService
{
    private static readonly ExecutorOptions Waiting = new() { TransactionExecutorClass = ExecutorKinds.NameOf(ExecutorKind.Infinite), BackoffDelays = "1, 2, 4, 8, 16, 30" };

    private readonly CancellationTokenSource over = new();
    private readonly TransactionExecutor<NpgsqlConnection> executor = new(
        new NpgsqlResource(database.Source, NpgsqlUse.Statements), Waiting, OwnDatabase.Identity, database.Telemetry, clock);

    private Task migrating = Task.CompletedTask;

    /// <summary>Waits for the first attempt only: pages of observed databases are of use without it.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var away = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        migrating = MigrateAsync(
            pause =>
            {
                LogOutOfReach(log, pause.Cause.Message, pause.Delay);
                away.TrySetResult();
            });
        await await Task.WhenAny(migrating, away.Task).WaitAsync(cancellationToken);
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => over.CancelAsync();

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
        over.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await migrating;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // It will be done at the next start.
        }
    }

    private async Task MigrateAsync(Action<RetryPause> paused) => await executor.RunAsync(
        static async (connection, database, token) =>
        {
            await database.MigrateAsync(connection, token);
            return true;
        },
        database,
        paused,
        over.Token);

    [LoggerMessage(1414, LogLevel.Warning, "The dashboard's own database is out of reach ({Reason}); trying again in {Next}.")]
    private static partial void LogOutOfReach(ILogger log, string reason, TimeSpan next);
}
