using System.Collections.Concurrent;
using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Jobs;

/// <summary>
/// Keeps the feed of observed rows fresh: reads them once for each change and publishes a snapshot when one differs. A row that
/// stayed the same stays the same object, so whoever draws it can tell at a glance.
/// </summary>
public sealed partial class JobsMonitor(SourceFeeds<JobsSnapshot> snapshots, ILogger<JobsMonitor> log, TimeProvider? clock = null) : ISourceReader
{
    /// <summary>All rows are read at least this often, whatever the versions of rows say: a server that took another's place may count anew.</summary>
    private static readonly TimeSpan WholeEvery = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, KnownRows> readings = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public SourceChange Interest => SourceChange.Jobs;

    /// <inheritdoc/>
    public async Task ReadAsync(ObservedSource observed, SourceNews news, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(observed);
        var source = observed.Source.Name;
        var queries = new JobQueries(observed);
        var known = news.Has(SourceChange.Resync) ? null : readings.GetValueOrDefault(source);
        for (var look = 0; ; look++)
        {
            known = await LookAsync(queries, known, source, cancellationToken);
            Publish(source, known);
            if (known.Mark is not { } mark || mark.Seen.Sees(news.Transactions) || look == TransactionSnapshot.LooksAgain.Count)
            {
                return;
            }

            // Told of before it can be seen, and nobody tells of it a second time.
            await Task.Delay(TransactionSnapshot.LooksAgain[look], clock ?? TimeProvider.System, cancellationToken);
        }
    }

    private void Publish(string source, KnownRows next)
    {
        readings[source] = next;
        var feed = snapshots.Of(source);
        var before = feed.Newest;
        if (before.AsOf is null || before.Notice != next.Notice || !Same(before.Jobs, next.Jobs))
        {
            feed.Publish(new JobsSnapshot { Source = source, Jobs = next.Jobs, Notice = next.Notice, AsOf = next.AsOf });
        }
    }

    private async Task<KnownRows> LookAsync(JobQueries queries, KnownRows? known, string source, CancellationToken cancellationToken) =>
        known?.Mark is { } mark && After(known, mark, await queries.SinceAsync(mark, cancellationToken), source) is { } next
            ? next
            : Whole(await queries.AllAsync(cancellationToken), known ?? readings.GetValueOrDefault(source), source);

    private KnownRows Whole(JobReading reading, KnownRows? known, string source)
    {
        var rows = new Dictionary<string, KnownRow>(reading.Rows.Count, StringComparer.Ordinal);
        var jobs = new List<Job>(reading.Rows.Count);
        foreach (var row in reading.Rows.Take(JobQueries.MostRows))
        {
            var job = Of(row, known, source);

            // Names are unique in the schedulers' tables; a view of them may repeat one, and then the first row stands for it.
            if (rows.TryAdd(row.Name, new KnownRow(row, job, jobs.Count)))
            {
                jobs.Add(job);
            }
        }

        var notice = reading.Rows.Count > JobQueries.MostRows ? $"There are more than {JobQueries.MostRows:N0} rows; the first of them in name order are shown." : null;
        return new KnownRows(rows, jobs, notice, reading.AsOf, notice is null && reading.Mark?.Rows == jobs.Count ? reading.Mark : null, reading.AsOf);
    }

    /// <summary>What is known with the rows that changed; null when that does not tell all: a row was added, renamed or deleted, or the server's numbers went back.</summary>
    private KnownRows? After(KnownRows known, JobMark mark, JobReading reading, string source)
    {
        if (reading.Whole)
        {
            return Whole(reading, known, source);
        }

        if (reading.Mark is not { } next || next.Seen.Oldest < mark.Seen.Oldest || next.Rows != known.Jobs.Count || reading.AsOf - known.WholeAt > WholeEvery
            || reading.Rows.Any(row => !known.Rows.ContainsKey(row.Name)))
        {
            return null;
        }

        List<Job>? jobs = null;
        foreach (var row in reading.Rows)
        {
            var (job, old) = (Of(row, known, source), known.Rows[row.Name]);
            if (!ReferenceEquals(job, old.Job))
            {
                jobs ??= [.. known.Jobs];
                jobs[old.Place] = job;
                known.Rows[row.Name] = new KnownRow(row, job, old.Place);
            }
        }

        return known with { Jobs = jobs ?? known.Jobs, AsOf = reading.AsOf, Mark = next };
    }

    private Job Of(JobRow row, KnownRows? known, string source) =>
        known is not null && known.Rows.TryGetValue(row.Name, out var old) && old.Row == row ? old.Job : Read(row, source);

    private static bool Same(IReadOnlyList<Job> before, IReadOnlyList<Job> after) =>
        ReferenceEquals(before, after) || before.SequenceEqual(after, ReferenceEqualityComparer.Instance);

    private Job Read(JobRow row, string source)
    {
        var job = row.ToJob();
        if (job.Unreadable.Count > 0)
        {
            LogUnreadable(log, source, job.Name, string.Join(", ", job.Unreadable.Keys));
        }

        return job;
    }

    [LoggerMessage(EventId = 1100, Level = LogLevel.Warning, Message = "Source {Source}: the row of {Job} has columns that cannot be read: {Columns}")]
    private static partial void LogUnreadable(ILogger log, string source, string job, string columns);

    /// <summary>What the last reading found.</summary>
    /// <param name="Rows">By name. Belongs to the one reading that is under way for a source.</param>
    /// <param name="Jobs">In the order of the rows.</param>
    /// <param name="Notice">What is not shown.</param>
    /// <param name="AsOf">The database's clock.</param>
    /// <param name="Mark">From where to read on; null when all has to be read.</param>
    /// <param name="WholeAt">When all was read.</param>
    private sealed record KnownRows(Dictionary<string, KnownRow> Rows, IReadOnlyList<Job> Jobs, string? Notice, DateTimeOffset AsOf, JobMark? Mark, DateTimeOffset WholeAt);

    /// <summary>One row, what it says, and its place in the list.</summary>
    private sealed record KnownRow(JobRow Row, Job Job, int Place);
}
