using Dashboard.Core.Database;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Notifications;

/// <summary>
/// Tells an outside dead man's switch that everything is judged: every source was, with its tables in sight, since it was told last, and this node holds the lease and so can page. Whoever does
/// not hear of it any more pages for us.
/// </summary>
public sealed partial class DeadManPing(IOptions<NotificationOptions> options, SourceDirectory directory, VerdictPulse pulse, LeaderLease lease, GuardedHttp http, TimeProvider clock, ILogger<DeadManPing> log)
    : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (string.IsNullOrEmpty(options.Value.DeadMan))
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.DeadManSeconds), clock);
        try
        {
            do
            {
                await PingAsync(new Uri(options.Value.DeadMan), stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The dashboard stops, and the switch falls: as it should.
        }
    }

    /// <summary>Tells it, unless something is not judged; whether it was told.</summary>
    internal async Task<bool> PingAsync(Uri address, CancellationToken cancellationToken)
    {
        if (!lease.IsHeld || !directory.All.All(source => clock.GetUtcNow() - pulse.Of(source.Name) < Fresh))
        {
            return false;
        }

        using var limit = new CancellationTokenSource(Patience, clock);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.UserAgent.ParseAdd("crontabber-dashboard");
            using var answer = await http.Client.SendAsync(request, over.Token);
            if (answer.IsSuccessStatusCode)
            {
                return true;
            }

            LogNotTold(log, $"HTTP {(int)answer.StatusCode}");
        }
        catch (Exception cause) when ((cause is HttpRequestException or OperationCanceledException or IOException) && !cancellationToken.IsCancellationRequested)
        {
            // The next one comes soon, and a switch waits for more than one.
            LogNotTold(log, cause is GuardedAddressException guarded ? guarded.Message : cause.GetType().Name);
        }

        return false;
    }

    [LoggerMessage(EventId = 1350, Level = LogLevel.Warning, Message = "The dead man's switch could not be told: {Why}")]
    private static partial void LogNotTold(ILogger log, string why);
}
