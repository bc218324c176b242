using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>
/// Keeps the mode asked for going: starts it, falls back to polling with the reason when it cannot work, and tries it again, soon after
/// a loss, once a minute when something is missing.
/// </summary>
internal sealed partial class CaptureKeeper(ObservedSource observed, SourceGround ground, ChangeSignal signal, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan UntilLookedAgain = TimeSpan.FromMinutes(1);
    private readonly TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool listening;

    /// <summary>How changes are noticed now.</summary>
    public CaptureMode Mode => listening ? Wanted : CaptureMode.Poll;

    /// <summary>Completed when the first attempt has succeeded or fallen back.</summary>
    public Task Settled => settled.Task;

    private CaptureMode Wanted { get; } = observed.Source.Capture ?? (observed.Source.Embedded ? CaptureMode.Logical : CaptureMode.Poll);

    /// <summary>Runs until cancelled; tells each change of mode and, while it polls instead, why.</summary>
    public async Task KeepAsync(Action<CaptureMode, string?> tell, CancellationToken cancellationToken)
    {
        if (Wanted == CaptureMode.Poll)
        {
            Tell(now: false, null);
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);
        }

        for (var failures = 0; ;)
        {
            TimeSpan pause;
            string reason;
            try
            {
                await using var capture = New();
                await capture.StartAsync(cancellationToken);
                Tell(now: true, null);
                failures = 0;

                // The first time everything is read anyway; later nobody knows what was missed.
                signal.Raise(SourceChange.Everything);
                await capture.RunAsync(signal, cancellationToken);
                throw new IOException("The stream of changes ended.");
            }
            catch (CaptureUnavailableException cause)
            {
                (reason, pause) = (cause.Message, UntilLookedAgain);
            }
            catch (Exception cause) when (cause is NpgsqlException or IOException or TimeoutException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
            {
                (reason, pause) = ($"The connection that tells of changes was lost: {SourceTrouble.Sentence(cause, observed.Source)}", ReconnectPause.After(++failures));
            }

            LogFellBack(observed.Source, Wanted, reason);
            Tell(now: false, reason);
            await Task.Delay(pause, clock, cancellationToken);
        }

        void Tell(bool now, string? reason)
        {
            listening = now;
            tell(Mode, reason);
            settled.TrySetResult();
        }
    }

    [LoggerMessage(1002, LogLevel.Information, "Source {Source} is polled instead of {Wanted}: {Reason}")]
    private partial void LogFellBack(Source source, CaptureMode wanted, string reason);

    private IChangeCapture New() => Wanted == CaptureMode.Notify ? new NotifyCapture(observed, ground, clock) : new LogicalCapture(observed, ground, clock);
}
