using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Microsoft.Extensions.Hosting;

namespace Dashboard.Core.Monitoring.Metrics;

/// <summary>Counts what ended since this process began: runs and their lengths, attempts and waits. Counters have to grow, and what is kept of the past does not.</summary>
public sealed class MetricTally(SourceDirectory directory, SourceFeeds<StandingsSnapshot> standings, Feed<RetriesSnapshot> retries) : BackgroundService
{
    /// <summary>The upper bounds of lengths, in seconds; a last one has none.</summary>
    public static readonly IReadOnlyList<double> Bounds = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 43_200];

    private readonly Lock gate = new();
    private readonly Dictionary<(string Source, string Job), RunCount> runs = [];
    private readonly Dictionary<(string Source, string Resource), AttemptCount> attempts = [];
    private readonly Dictionary<string, DateTimeOffset> runsSince = new(StringComparer.Ordinal);
    private DateTimeOffset? attemptsSince;

    /// <summary>What was counted so far.</summary>
    public MetricCounts Counted()
    {
        lock (gate)
        {
            return new MetricCounts(
                runs.ToDictionary(pair => pair.Key, pair => new RunCounts(pair.Value.Succeeded, pair.Value.Failed, pair.Value.Unknown, [.. pair.Value.Buckets], pair.Value.Seconds)),
                attempts.ToDictionary(pair => pair.Key, pair => new AttemptCounts(pair.Value.Succeeded, pair.Value.Failed, pair.Value.Recovered, pair.Value.Waited)));
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll([FollowAttemptsAsync(stoppingToken), .. directory.All.Select(source => FollowRunsAsync(source.Name, stoppingToken))]);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    /// <summary>Counts the runs of a snapshot that ended after the first one and were not counted yet.</summary>
    internal void Count(StandingsSnapshot snapshot)
    {
        if (snapshot.AsOf is not { } now)
        {
            return;
        }

        lock (gate)
        {
            if (!runsSince.TryGetValue(snapshot.Source, out var since))
            {
                runsSince[snapshot.Source] = since = now;
            }

            foreach (var standing in snapshot.Jobs)
            {
                var key = (snapshot.Source, standing.Job.Name);
                if (!runs.TryGetValue(key, out var count))
                {
                    runs[key] = count = new RunCount();
                }

                count.Add(standing.History.Runs, since);
            }
        }
    }

    /// <summary>Counts what executors told since the first snapshot.</summary>
    internal void Count(RetriesSnapshot snapshot)
    {
        if (snapshot.AsOf is not { } now)
        {
            return;
        }

        lock (gate)
        {
            var first = attemptsSince is null;
            attemptsSince ??= now;
            foreach (var lane in snapshot.Resources)
            {
                var key = (lane.Source, lane.Resource);
                if (!attempts.TryGetValue(key, out var count))
                {
                    attempts[key] = count = new AttemptCount();
                }

                count.Add(lane, first);
            }
        }
    }

    private async Task FollowRunsAsync(string source, CancellationToken cancellationToken)
    {
        await foreach (var snapshot in standings.Of(source).WatchAsync(cancellationToken))
        {
            Count(snapshot);
        }
    }

    private async Task FollowAttemptsAsync(CancellationToken cancellationToken)
    {
        await foreach (var snapshot in retries.WatchAsync(cancellationToken))
        {
            Count(snapshot);
        }
    }

    private sealed class RunCount
    {
        private HashSet<long> seen = [];
        private IReadOnlyList<Run>? counted;

        public long Succeeded { get; private set; }

        public long Failed { get; private set; }

        public long Unknown { get; private set; }

        public long[] Buckets { get; } = new long[Bounds.Count + 1];

        public double Seconds { get; private set; }

        public void Add(IReadOnlyList<Run> newest, DateTimeOffset since)
        {
            // With each change of one row every job comes by: nearly all of them with the runs that they came with before.
            if (ReferenceEquals(newest, counted))
            {
                return;
            }

            counted = newest;
            foreach (var run in newest.Where(run => run.LogTime > since && !seen.Contains(run.Id)))
            {
                _ = run.Outcome switch { RunOutcome.Success => Succeeded++, RunOutcome.Failure => Failed++, _ => Unknown++ };
                if (run.Duration is { } length)
                {
                    var bucket = 0;
                    while (bucket < Bounds.Count && length.TotalSeconds > Bounds[bucket])
                    {
                        bucket++;
                    }

                    Buckets[bucket]++;
                    Seconds += length.TotalSeconds;
                }
            }

            // Only what may be shown again has to be remembered.
            seen = [.. newest.Select(run => run.Id)];
        }
    }

    private sealed class AttemptCount
    {
        private readonly Dictionary<DateTimeOffset, AttemptMinute> minutes = [];
        private Dictionary<Guid, int> marks = [];

        public long Succeeded { get; private set; }

        public long Failed { get; private set; }

        public long Recovered { get; private set; }

        public double Waited { get; private set; }

        public void Add(ResourceLane lane, bool first)
        {
            foreach (var minute in lane.Minutes)
            {
                var known = minutes.GetValueOrDefault(minute.Minute);
                if (!first)
                {
                    Succeeded += Math.Max(0, minute.Succeeded - known.Succeeded);
                    Failed += Math.Max(0, minute.Failed - known.Failed);
                    Recovered += Math.Max(0, minute.Recovered - known.Recovered);
                }

                minutes[minute.Minute] = minute;
            }

            var oldest = lane.Minutes.Count > 0 ? lane.Minutes[0].Minute : DateTimeOffset.MinValue;
            foreach (var gone in minutes.Keys.Where(minute => minute < oldest).ToArray())
            {
                minutes.Remove(gone);
            }

            var now = new Dictionary<Guid, int>();
            foreach (var streak in lane.Open.Concat(lane.Ended))
            {
                var counted = marks.GetValueOrDefault(streak.Id);
                if (!first)
                {
                    Waited += streak.Marks.Where(mark => mark.Attempt > counted).Sum(mark => mark.Delay?.TotalSeconds ?? 0);
                }

                now[streak.Id] = Math.Max(counted, streak.Marks.Count > 0 ? streak.Marks.Max(mark => mark.Attempt) : 0);
            }

            marks = now;
        }
    }
}

/// <summary>What a <see cref="MetricTally"/> counted.</summary>
/// <param name="Runs">By source and job.</param>
/// <param name="Attempts">By source and resource.</param>
public sealed record MetricCounts(IReadOnlyDictionary<(string Source, string Job), RunCounts> Runs, IReadOnlyDictionary<(string Source, string Resource), AttemptCounts> Attempts)
{
    /// <summary>Nothing.</summary>
    public static MetricCounts None { get; } = new(new Dictionary<(string, string), RunCounts>(), new Dictionary<(string, string), AttemptCounts>());
}

/// <summary>The runs of one job.</summary>
/// <param name="Succeeded">How many succeeded.</param>
/// <param name="Failed">How many failed.</param>
/// <param name="Unknown">How many ended nobody knows how.</param>
/// <param name="Buckets">How many lasted up to each of <see cref="MetricTally.Bounds"/> and longer than the one before, and in the last place longer than all.</param>
/// <param name="Seconds">How long they lasted together.</param>
public sealed record RunCounts(long Succeeded, long Failed, long Unknown, IReadOnlyList<long> Buckets, double Seconds);

/// <summary>The attempts on one resource.</summary>
/// <param name="Succeeded">How many got through at once.</param>
/// <param name="Failed">How many failed.</param>
/// <param name="Recovered">How many got through after failures.</param>
/// <param name="Waited">How long was waited between them, in seconds.</param>
public sealed record AttemptCounts(long Succeeded, long Failed, long Recovered, double Waited);
