using System.Diagnostics.CodeAnalysis;
using Dashboard.Core.Feeds;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>
/// One visit to a source, from connecting to losing it: opens the pool, looks what is there, starts to listen, then has everything read,
/// and from then on what changed. A beat every two seconds finds a server that has stopped answering and keeps the stamp of freshness.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "DisposeAsync disposes all of it")]
internal sealed class SourceVisit(Source source, IReadOnlyList<ISourceReader> readers, Feed<SourceStatus> feed, WatchPace pace, TimeProvider clock, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan StampStep = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource ending = new();
    private readonly ChangeSignal signal = new();
    private readonly Lock publishing = new();
    private readonly List<Task> duties = [];
    private readonly TaskCompletionSource readOnce = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NpgsqlDataSource? pool;
    private string fingerprint = "";
    private TimeSpan skew;
    private bool over;

    /// <summary>Begins it, until everything was read once.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var stopping = cancellationToken.Register(ending.Cancel);
            var (observed, ground) = await ArriveAsync(cancellationToken);
            var watermarks = new WatermarkQuery(observed.Capabilities, ground);
            var baseline = await watermarks.ReadAsync(observed, pace.BeatDeadline, cancellationToken).WaitAsync(pace.BeatDeadline, clock, cancellationToken);
            skew = baseline.DatabaseTime - clock.GetUtcNow();
            var listening = new CaptureKeeper(observed, ground, signal, clock, log);
            duties.Add(listening.KeepAsync((mode, reason) => Publish(status => status with { Mode = mode, ModeReason = reason }), ending.Token));

            // Listen first, read after: what changes in between is read twice rather than missed.
            await await Task.WhenAny([listening.Settled.WaitAsync(cancellationToken), .. duties]);
            duties.Add(BeatAsync(observed, watermarks, baseline, listening, ending.Token));
            duties.Add(ReadAsync(observed, listening, ending.Token));
            await await Task.WhenAny([readOnce.Task, .. duties]);
        }
        catch
        {
            End();
            throw;
        }
    }

    /// <summary>Stays until the source is lost (throws), what is there has changed (returns) or the dashboard stops.</summary>
    public async Task StayAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var stopping = cancellationToken.Register(ending.Cancel);
            await await Task.WhenAny(duties);
        }
        finally
        {
            End();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();

        // A reader is called once at a time, so the next visit waits for a late one; every command in it has a limit.
        await Task.WhenAll(duties).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (pool is not null)
        {
            await pool.DisposeAsync();
        }

        ending.Dispose();
    }

    private async Task<(ObservedSource Observed, SourceGround Ground)> ArriveAsync(CancellationToken cancellationToken)
    {
        (pool, var bounded) = await ReadPool.OpenAsync(source, cancellationToken);
        var facts = await ReadPool.LookAsync(pool, cancellationToken);
        fingerprint = facts.Fingerprint();
        var (capabilities, ground) = CapabilityRule.Judge(facts, source);
        return (new ObservedSource(source, pool, capabilities) { SessionsBounded = bounded }, ground);
    }

    private async Task BeatAsync(ObservedSource observed, WatermarkQuery watermarks, Watermark newest, CaptureKeeper listening, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(pace.Beat, clock);
        for (var beat = 1; await timer.WaitForNextTickAsync(cancellationToken); beat++)
        {
            var asked = clock.GetUtcNow();
            DateTimeOffset answered;
            if (listening.Mode == CaptureMode.Poll || beat % pace.BeatsBetweenBackstops == 0)
            {
                var next = await watermarks.ReadAsync(observed, pace.BeatDeadline, cancellationToken).WaitAsync(pace.BeatDeadline, clock, cancellationToken);
                var changed = next.Since(newest);
                (newest, answered) = (next, next.DatabaseTime);
                signal.Raise(changed | (beat % pace.BeatsBetweenBackstops == 0 ? watermarks.Blind : SourceChange.None));
            }
            else
            {
                answered = await ClockAsync(observed, cancellationToken).WaitAsync(pace.BeatDeadline, clock, cancellationToken);
            }

            Answered(asked, answered);
            if (beat % pace.BeatsBetweenProbes == 0 && await DiffersAsync(cancellationToken).WaitAsync(pace.BeatDeadline, clock, cancellationToken))
            {
                return;
            }
        }
    }

    private const string ClockSql = "select clock_timestamp()";

    private Task<DateTimeOffset> ClockAsync(ObservedSource observed, CancellationToken cancellationToken) => observed.ReadAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(ClockSql, connection) { CommandTimeout = (int)pace.BeatDeadline.TotalSeconds };
            await using var reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            return reader.GetFieldValue<DateTimeOffset>(0);
        },
        cancellationToken);

    private async Task<bool> DiffersAsync(CancellationToken cancellationToken) => (await ReadPool.LookAsync(pool!, cancellationToken)).Fingerprint() != fingerprint;

    private async Task ReadAsync(ObservedSource observed, CaptureKeeper listening, CancellationToken cancellationToken)
    {
        var rests = new ReadingPace();
        signal.Raise(SourceChange.Everything);
        while (true)
        {
            var news = await signal.TakeAsync(cancellationToken) with { AllAreTold = listening.Mode != CaptureMode.Poll };
            var began = clock.GetUtcNow();
            foreach (var reader in readers)
            {
                var concern = news with { Change = news.Change & (reader.Interest | SourceChange.Resync) };
                if (concern.Change != SourceChange.None)
                {
                    await reader.ReadAsync(observed, concern, cancellationToken);
                }
            }

            var again = readOnce.Task.IsCompleted;
            Publish(status => again && IsFresh(status, began) ? status : status with
            {
                State = SourceState.Live,
                Capabilities = ClockNotice.On(observed.Capabilities, skew),
                AsOf = began + skew,
                ReadAt = began,
                TroubleSince = null,
                Trouble = null,
                NextAttempt = null,
            });
            readOnce.TrySetResult();
            var reading = clock.GetUtcNow() - began;
            await Task.Delay(ReadingPace.Shortest, clock, cancellationToken);
            await Task.Delay(rests.Remaining(reading, signal.Waiting), clock, cancellationToken);
        }
    }

    // In a flood of changes the stamp moves four times a second: it is never younger than what is shown, and no page is redrawn for a millisecond.
    private static bool IsFresh(SourceStatus status, DateTimeOffset began) =>
        status is { State: SourceState.Live, TroubleSince: null, NextAttempt: null } && began - status.ReadAt < StampStep;

    // The stamp moves only while nothing waits to be read: what is on the screen is never younger than it says.
    private void Answered(DateTimeOffset asked, DateTimeOffset answered)
    {
        var now = clock.GetUtcNow();
        skew = answered - (asked + ((now - asked) / 2));
        if (signal.Quiet)
        {
            Publish(status => status.State == SourceState.Live && status.ReadAt < asked
                ? status with { AsOf = asked + skew, ReadAt = asked, Capabilities = status.Capabilities is { } known ? ClockNotice.On(known, skew) : null }
                : status);
        }
    }

    // Whoever is still reading must not say Live after the loss was told.
    private void End()
    {
        lock (publishing)
        {
            over = true;
        }
    }

    private void Publish(Func<SourceStatus, SourceStatus> change)
    {
        lock (publishing)
        {
            if (!over)
            {
                feed.Publish(change(feed.Newest));
            }
        }
    }
}
