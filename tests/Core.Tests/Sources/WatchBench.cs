using System.Collections.Concurrent;
using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Dashboard.Core.Tests.Sources;

/// <summary>A watch on one database with a reader that notes what it was called for and looks at the state table as the Jobs room would.</summary>
internal sealed class WatchBench : ISourceReader, IRetryTelemetry, IAsyncDisposable
{
    /// <summary>Ten times the pace of every day.</summary>
    private static readonly WatchPace Quick = new() { Beat = TimeSpan.FromMilliseconds(200) };

    /// <summary>So slow that only the mode itself can have noticed.</summary>
    public static WatchPace WithoutBackstop { get; } = new() { Beat = TimeSpan.FromMilliseconds(200), BeatsBetweenBackstops = int.MaxValue, BeatsBetweenProbes = int.MaxValue };

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    private readonly SourceWatch watch;
    private readonly SourceFeeds<SourceStatus> statuses;
    private readonly Feed<Reading> readings = new(new Reading(0, SourceChange.None, SourceChange.None));
    private readonly Feed<IReadOnlyList<RetryEvent>> telling = new([]);
    private int under;

    private WatchBench(Source source, WatchPace pace)
    {
        Source = source;
        statuses = new SourceFeeds<SourceStatus>(_ => SourceStatus.Connecting(source));
        watch = new SourceWatch(new SourceDirectory([source]), statuses, [this], TimeProvider.System, NullLogger<SourceWatch>.Instance, this) { Pace = pace };
    }

    public Source Source { get; }

    public SourceChange Interest => SourceChange.Jobs | SourceChange.Runs;

    public Feed<SourceStatus> Statuses => statuses.Of(Source.Name);

    public SourceStatus Status => Statuses.Newest;

    public Reading Newest => readings.Newest;

    /// <summary>What the executor of its visits told.</summary>
    public ConcurrentQueue<RetryEvent> Told { get; } = new();

    /// <summary>The most calls that were ever under way at once.</summary>
    public int MostAtOnce { get; private set; }

    public static async Task<WatchBench> StartAsync(string connectionString, CaptureMode? capture = null, bool embedded = false, string? schema = null, WatchPace? pace = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        var bench = new WatchBench(new Source("test", connectionString, $"{connection.Host}:{connection.Port}/{connection.Database}")
        {
            Capture = capture,
            Embedded = embedded,
            Schema = schema,
        }, pace ?? Quick);
        await bench.watch.StartAsync(CancellationToken.None);
        return bench;
    }

    public static async Task<WatchBench> LiveAsync(string connectionString, CaptureMode? capture = null, bool embedded = false, string? schema = null, WatchPace? pace = null)
    {
        var bench = await StartAsync(connectionString, capture, embedded, schema, pace);
        await bench.UntilAsync(status => status.State == SourceState.Live);
        return bench;
    }

    public async Task ReadAsync(ObservedSource observed, SourceNews news, CancellationToken cancellationToken)
    {
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref under));
        await observed.ReadAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand($"select count(*) from {observed.Capabilities.State.Sql}", connection);
                return await command.ExecuteScalarAsync(token);
            },
            cancellationToken);

        Interlocked.Decrement(ref under);
        readings.Publish(new Reading(Newest.Count + 1, news.Change, Newest.All | news.Change));
    }

    public void Tell(RetryEvent told)
    {
        Told.Enqueue(told);
        telling.Publish([.. Told]);
    }

    /// <summary>Waits until the last thing told is this: the status may be seen a moment before.</summary>
    public async Task UntilToldAsync(RetryOutcome outcome)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        await foreach (var told in telling.WatchAsync(deadline.Token))
        {
            if (told is [.., { } last] && last.Outcome == outcome)
            {
                return;
            }
        }
    }

    public void Count(ExecutorIdentity who, string resource, string backend)
    {
        // Only what went wrong is of interest.
    }

    /// <summary>Waits for a status; what was the status instead is said when it does not come.</summary>
    public async Task<SourceStatus> UntilAsync(Func<SourceStatus, bool> expected)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await foreach (var status in Statuses.WatchAsync(deadline.Token))
            {
                if (expected(status))
                {
                    return status;
                }
            }
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
        }

        throw new InvalidOperationException($"The status stayed {Status.State} {Status.Mode} '{Status.Trouble}' '{Status.ModeReason}'.");
    }

    /// <summary>Waits for a reading after <paramref name="earlier"/> that was for <paramref name="change"/>.</summary>
    public async Task<Reading> ReadingAsync(Reading earlier, SourceChange change)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        var seen = SourceChange.None;
        await foreach (var reading in readings.WatchAsync(deadline.Token))
        {
            if (reading.Count > earlier.Count)
            {
                seen |= reading.Change;
                if ((seen & change) == change)
                {
                    return reading;
                }
            }
        }

        throw new InvalidOperationException($"No reading for {change} came after {earlier}.");
    }

    /// <summary>Waits until the watch has gone round without anything to read: what was done before has been read.</summary>
    public async Task SettleAsync()
    {
        var before = Status.ReadAt;
        for (var quiet = 0; quiet < 2; quiet++)
        {
            var count = Newest.Count;
            await UntilAsync(status => status.ReadAt > before);
            before = Status.ReadAt;
            quiet = Newest.Count == count ? quiet : -1;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await watch.StopAsync(CancellationToken.None);
        watch.Dispose();
    }

    public sealed record Reading(int Count, SourceChange Change, SourceChange All);
}
