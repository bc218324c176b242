using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Actions;

/// <summary>Looks after actions whose end nobody recorded, because the dashboard that carried them out stopped on the way: asks the observed database what became of each.</summary>
public sealed partial class ActionResolver(ActionQueries actions, ActionCommit commit, SourceDirectory sources, TimeProvider clock, ILogger<ActionResolver> log) : BackgroundService
{
    /// <summary>An action whose transaction was never noted is given up after this: no step of it takes so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Forgetting = TimeSpan.FromMinutes(10);

    /// <summary>One look at all of them.</summary>
    public async Task LookAsync(TimeSpan older, TimeSpan patience, CancellationToken cancellationToken)
    {
        foreach (var action in await actions.UnfinishedAsync(older, cancellationToken))
        {
            if (sources.Find(action.Plan.Source) is not { } source || source.Name != action.Plan.Source)
            {
                continue;
            }

            try
            {
                await commit.ResolveAsync(action, source, patience, cancellationToken);
            }
            catch (Exception cause) when (cause is NpgsqlException or TimeoutException or ActionRefusedException or CommitInDoubtException)
            {
                LogNotResolved(log, action.Id, cause.Message);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        long? forgot = null;
        do
        {
            try
            {
                await LookAsync(TimeSpan.FromSeconds(10), Patience, stoppingToken);
                if (forgot is not { } last || clock.GetElapsedTime(last) >= Forgetting)
                {
                    await actions.ForgetAsync(stoppingToken);
                    forgot = clock.GetTimestamp();
                }
            }
            catch (Exception cause) when (cause is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                // The own database is out of reach: looked at again.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(EventId = 2310, Level = LogLevel.Warning, Message = "Action {Action}: what became of it cannot be found out yet ({Reason})")]
    private static partial void LogNotResolved(ILogger log, Guid action, string reason);
}
