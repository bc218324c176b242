using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Database.Embedded;

/// <summary>Starts the embedded server again when somebody killed it, each time it fails a little later, and says so.</summary>
internal sealed partial class EmbeddedPostgresWatch(EmbeddedPostgres postgres, TimeProvider clock, ILogger<EmbeddedPostgresWatch> log) : BackgroundService
{
    private static readonly TimeSpan[] Waits = [.. new[] { 0.1, 0.5, 1, 2, 5, 10, 30 }.Select(TimeSpan.FromSeconds)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await postgres.Exited.WaitAsync(stoppingToken);
            LogGone(log, postgres.Folder.Log);
            for (var attempt = 0; postgres.Exited.IsCompleted; attempt++)
            {
                var wait = Waits[Math.Min(attempt, Waits.Length - 1)];
                await Task.Delay(wait, clock, stoppingToken);
                try
                {
                    await postgres.RestartAsync(line => LogSaid(log, line), stoppingToken);
                    LogBack(log, postgres.ProcessId);
                }
                catch (EmbeddedPostgresException cause)
                {
                    LogNotYet(log, Waits[Math.Min(attempt + 1, Waits.Length - 1)], cause.Message);
                }
            }
        }
    }

    [LoggerMessage(1410, LogLevel.Warning, "The embedded PostgreSQL is gone; starting it again. Its last words are in {LogFile}.")]
    private static partial void LogGone(ILogger log, string logFile);

    [LoggerMessage(1411, LogLevel.Information, "The embedded PostgreSQL runs again (process {ProcessId}).")]
    private static partial void LogBack(ILogger log, int processId);

    [LoggerMessage(1412, LogLevel.Error, "The embedded PostgreSQL did not start; trying again in {Next}. {Reason}")]
    private static partial void LogNotYet(ILogger log, TimeSpan next, string reason);

    [LoggerMessage(1413, LogLevel.Information, "{Line}")]
    private static partial void LogSaid(ILogger log, string line);
}
