using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
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

        var captures = new StandingResource<IChangeCapture>(NpgsqlResource.NameOf(observed.Source.ConnectionString), BeginAsync, Judge);
        // Told to nobody but the status: that a source is polled meanwhile is no streak of failures.
        var executor = Reconnecting.Executor(captures, SilentTelemetry.Instance, clock);
        while (true)
        {
            try
            {
                await using var capture = await executor.RunAsync(static (capture, _, _) => ValueTask.FromResult(capture), captures, pause => FellBack(pause.Cause), cancellationToken);
                Tell(now: true, null);

                // The first time everything is read anyway; later nobody knows what was missed.
                signal.Raise(SourceChange.Everything);
                var loss = await LossAsync(capture, cancellationToken);
                FellBack(loss);
                captures.Lose(loss);
            }
            catch (Exception cause) when ((cause is CaptureUnavailableException || IsLoss(cause)) && !cancellationToken.IsCancellationRequested)
            {
                // Something is missing that somebody may bring.
                FellBack(cause);
                await Task.Delay(UntilLookedAgain, clock, cancellationToken);
            }
        }

        void FellBack(Exception cause)
        {
            var reason = cause is CaptureUnavailableException ? cause.Message : $"The connection that tells of changes was lost: {SourceTrouble.Sentence(cause, observed.Source)}";
            LogFellBack(observed.Source, Wanted, reason);
            Tell(now: false, reason);
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

    private static bool IsLoss(Exception cause) => cause is NpgsqlException or IOException or TimeoutException or InvalidOperationException;

    // A stream that broke is begun again whatever broke it; what the driver or we got wrong shows in how it ends the next time.
    private static Trouble Judge(Exception cause) =>
        cause is IOException or TimeoutException or InvalidOperationException ? new(TroubleKind.Operational, null) : Reconnecting.Judge(cause);

    private async Task<IChangeCapture> BeginAsync(CancellationToken cancellationToken)
    {
        var capture = New();
        try
        {
            await capture.StartAsync(cancellationToken);
            return capture;
        }
        catch
        {
            await capture.DisposeAsync();
            throw;
        }
    }

    private async Task<Exception> LossAsync(IChangeCapture capture, CancellationToken cancellationToken)
    {
        try
        {
            await capture.RunAsync(signal, cancellationToken);
            return new IOException("The stream of changes ended.");
        }
        catch (Exception cause) when (IsLoss(cause) && !cancellationToken.IsCancellationRequested)
        {
            return cause;
        }
    }

    private IChangeCapture New() => Wanted == CaptureMode.Notify ? new NotifyCapture(observed, ground, clock) : new LogicalCapture(observed, ground, clock);
}
