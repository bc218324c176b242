using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Database;

/// <summary>Brings the own schema up to date before the dashboard opens; when its database is out of reach, as soon as it is back.</summary>
internal sealed partial class OwnDatabaseMigration(OwnDatabase database, TimeProvider clock, ILogger<OwnDatabaseMigration> log) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private bool migrated;

    public async Task StartingAsync(CancellationToken cancellationToken) => migrated = await TryAsync(TimeSpan.FromSeconds(1), cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var wait = TimeSpan.FromSeconds(1); !migrated; wait = wait * 2 < Longest ? wait * 2 : Longest)
        {
            await Task.Delay(wait, clock, stoppingToken);
            migrated = await TryAsync(wait * 2 < Longest ? wait * 2 : Longest, stoppingToken);
        }
    }

    private async Task<bool> TryAsync(TimeSpan next, CancellationToken cancellationToken)
    {
        try
        {
            await database.MigrateAsync(cancellationToken);
            return true;
        }
        catch (Exception cause) when (cause is NpgsqlException { IsTransient: true } or NpgsqlException { InnerException: SocketException or TimeoutException } or TimeoutException)
        {
            // Pages of observed databases are of use without it.
            LogOutOfReach(log, cause.Message, next);
            return false;
        }
    }

    [LoggerMessage(1400, LogLevel.Warning, "The dashboard's own database is out of reach ({Reason}); trying again in {Next}.")]
    private static partial void LogOutOfReach(ILogger log, string reason, TimeSpan next);
}
