using Dashboard.Core.Access;

namespace Dashboard.Web.Security;

/// <summary>
/// Cuts the open connections of those who were shut out, also on another node, although they do not click: within <see cref="Every"/>, and at once on the node where it was done.
/// One query for all of them, none while nobody is connected.
/// </summary>
internal sealed partial class SessionWatch(SessionQueries sessions, ApiKeyRing keys, LiveConnections connections, AccessNews news, TimeProvider clock, ILogger<SessionWatch> log) : BackgroundService
{
    /// <summary>How long somebody who was shut out elsewhere may go on looking.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await news.WaitAsync(Every, clock, stoppingToken);
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception cause) when (RecordsAway.Is(cause))
            {
                LogUnread(log, cause.Message);
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (connections.Sessions is { Count: > 0 } open)
        {
            foreach (var session in await sessions.OutAsync(open, cancellationToken))
            {
                connections.Cut(session);
            }
        }

        foreach (var key in connections.Keys)
        {
            if (!await keys.WorksAsync(key, cancellationToken))
            {
                connections.Cut(key);
            }
        }
    }

    [LoggerMessage(1504, LogLevel.Warning, "Whether open connections are still of people who may come in could not be asked ({Reason}).")]
    private static partial void LogUnread(ILogger log, string reason);
}
