using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Core.Ledger;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Notifications;

/// <summary>Sends what is in the outbox, each channel by itself: one that is away or slow keeps no other waiting.</summary>
public sealed partial class ChannelSender(
    IOptions<NotificationOptions> options, Outbox outbox, OutboxWake wake, LedgerMonitor ledger, LeaderLease lease, GuardedHttp http, IRetryTelemetry telemetry, TimeProvider clock, ILogger<ChannelSender> log)
    : BackgroundService
{
    // Shorter together than a message is taken up for.
    private static readonly ExecutorOptions Waits = new()
    {
        TransactionExecutorClass = ExecutorKinds.NameOf(ExecutorKind.Limited), BackoffDelays = "0.2, 0.5", AttemptDeadlineSeconds = 4,
    };

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);

    // crontabber's own steps between attempts.
    private static readonly TimeSpan[] Pauses = [.. ((int[])[10, 30, 60, 120, 300]).Select(seconds => TimeSpan.FromSeconds(seconds))];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(options.Value.Channels.Select(channel => FollowAsync(channel, stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The dashboard stops; what was taken up is taken up again by the next.
        }
    }

    private async Task FollowAsync(ChannelOptions channel, CancellationToken cancellationToken)
    {
        var wakes = new Wakes();
        await Task.WhenAll(wakes.WithAsync(wake.Feed, cancellationToken), wakes.WithAsync(clock, cancellationToken), SendAllAsync(channel, wakes, cancellationToken));
    }

    private async Task SendAllAsync(ChannelOptions channel, Wakes wakes, CancellationToken cancellationToken)
    {
        var executor = new TransactionExecutor<HttpMessageInvoker>(new ReceiverResource(channel.Address, http.Client), Waits, OwnDatabase.Identity, telemetry, clock);
        var refreshed = clock.GetTimestamp();
        await foreach (var _ in wakes.AllAsync(cancellationToken))
        {
            if (!lease.IsHeld)
            {
                continue;
            }

            try
            {
                while (lease.IsHeld && await outbox.ClaimAsync(channel.Name, cancellationToken) is { } entry)
                {
                    await SendAsync(channel, executor, entry, cancellationToken);
                    ledger.Wake();
                }

                if (channel.Kind == ChannelKind.Alertmanager && clock.GetElapsedTime(refreshed) >= Again)
                {
                    refreshed = clock.GetTimestamp();
                    await TellAgainAsync(channel, executor, cancellationToken);
                }
            }
            catch (Exception cause) when (cause is not OperationCanceledException)
            {
                // A channel must not silence the others, nor itself for ever.
                LogFailed(log, channel.Name, cause);
                await Task.Delay(Tick, clock, cancellationToken);
            }
        }
    }

    private async Task SendAsync(ChannelOptions channel, TransactionExecutor<HttpMessageInvoker> executor, ClaimedEntry entry, CancellationToken cancellationToken)
    {
        var doubt = new DeliveryDoubt(entry.MayHaveArrived);
        try
        {
            await PostAsync(channel, executor, entry.Notice, entry.Id, doubt, cancellationToken);
            await outbox.EndAsync(entry.Id, sent: true, null, cancellationToken);
            LogSent(log, channel.Name, entry.Notice.Action, entry.Notice.Key);
        }
        catch (Exception cause) when (!cancellationToken.IsCancellationRequested)
        {
            var answer = cause as ReceiverException ?? cause.InnerException as ReceiverException;
            var why = Said(cause, answer);
            if (answer is { MayHeal: false })
            {
                await outbox.EndAsync(entry.Id, sent: false, why, cancellationToken);
                LogRefused(log, channel.Name, entry.Notice.Key, why);
                return;
            }

            var pause = answer?.After is { } after && after > TimeSpan.Zero ? after : Pauses[Math.Min(entry.Attempts, Pauses.Length) - 1];
            await outbox.LaterAsync(entry.Id, pause > LongestPause ? LongestPause : pause, why, doubt.MayHaveArrived, cancellationToken);
            LogLater(log, channel.Name, entry.Notice.Key, pause, why);
        }
    }

    private async Task TellAgainAsync(ChannelOptions channel, TransactionExecutor<HttpMessageInvoker> executor, CancellationToken cancellationToken)
    {
        foreach (var notice in await outbox.OpenAsync(channel.Name, cancellationToken))
        {
            try
            {
                await PostAsync(channel, executor, notice, Guid.Empty, new DeliveryDoubt(before: false), cancellationToken);
            }
            catch (Exception cause) when (!cancellationToken.IsCancellationRequested)
            {
                // It lasts for three rounds; the next one comes.
                LogLater(log, channel.Name, notice.Key, Again, Said(cause, cause as ReceiverException));
            }
        }
    }

    private async Task PostAsync(ChannelOptions channel, TransactionExecutor<HttpMessageInvoker> executor, Notice notice, Guid id, DeliveryDoubt doubt, CancellationToken cancellationToken) => await executor.RunAsync(
        async (client, token) =>
        {
            using var request = ChannelMessage.For(channel, notice, id, clock.GetUtcNow(), doubt.MayHaveArrived);
            if (request is null)
            {
                return;
            }

            using var answer = await doubt.SendAsync(client, request, token);
            if (!answer.IsSuccessStatusCode)
            {
                var after = answer.Headers.RetryAfter;
                throw new ReceiverException(answer.StatusCode, after?.Delta ?? (after?.Date is { } date ? date - clock.GetUtcNow() : null));
            }
        },
        cancellationToken);

    // The address may hold a secret, as Slack's do: only what went wrong is told.
    private static string Said(Exception cause, ReceiverException? answer) => answer?.Message ?? cause switch
    {
        GuardedAddressException guarded => guarded.Message,
        HttpRequestException { InnerException: GuardedAddressException guarded } => guarded.Message,
        HttpRequestException request => $"It is out of reach: {request.HttpRequestError}.",
        OperationCanceledException or TimeoutException => "It did not answer in time.",
        _ => cause.GetType().Name,
    };

    [LoggerMessage(EventId = 1340, Level = LogLevel.Information, Message = "Channel {Channel}: {Action} of {Key} was taken")]
    private static partial void LogSent(ILogger log, string channel, NoticeAction action, string key);

    [LoggerMessage(EventId = 1341, Level = LogLevel.Error, Message = "Channel {Channel}: {Key} was refused for good: {Why}")]
    private static partial void LogRefused(ILogger log, string channel, string key, string why);

    [LoggerMessage(EventId = 1342, Level = LogLevel.Warning, Message = "Channel {Channel}: {Key} was not taken and is sent again in {Pause}: {Why}")]
    private static partial void LogLater(ILogger log, string channel, string key, TimeSpan pause, string why);

    [LoggerMessage(EventId = 1343, Level = LogLevel.Error, Message = "Channel {Channel}: sending failed")]
    private static partial void LogFailed(ILogger log, string channel, Exception cause);
}
