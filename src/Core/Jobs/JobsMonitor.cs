using System.Collections.Concurrent;
using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Jobs;

/// <summary>
/// Keeps the feed of observed rows fresh: reads them once for each change and publishes a snapshot when one differs. A row that
/// stayed the same stays the same object, so whoever draws it can tell at a glance.
/// </summary>
public sealed partial class JobsMonitor(SourceFeeds<JobsSnapshot> snapshots, ILogger<JobsMonitor> log) : ISourceReader
{
    private readonly ConcurrentDictionary<string, Dictionary<string, (JobRow Row, Job Job)>> readings = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public SourceChange Interest => SourceChange.Jobs;

    /// <inheritdoc/>
    public async Task ReadAsync(ObservedSource observed, SourceChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(observed);
        var (asOf, rows) = await new JobQueries(observed).AllAsync(cancellationToken);
        var source = observed.Source.Name;
        var feed = snapshots.Of(source);
        var next = Next(feed.Newest, rows, asOf, source);
        if (!ReferenceEquals(next, feed.Newest))
        {
            feed.Publish(next);
        }
    }

    private JobsSnapshot Next(JobsSnapshot before, IReadOnlyList<JobRow> rows, DateTimeOffset asOf, string source)
    {
        var known = readings.GetValueOrDefault(source) ?? [];
        var reading = new Dictionary<string, (JobRow Row, Job Job)>(rows.Count, StringComparer.Ordinal);
        var jobs = new List<Job>(rows.Count);
        foreach (var row in rows.Take(JobQueries.MostRows))
        {
            var job = known.TryGetValue(row.Name, out var old) && old.Row == row ? old.Job : Read(row, source);

            // Names are unique in the schedulers' tables; a view of them may repeat one, and then the first row stands for it.
            if (reading.TryAdd(row.Name, (row, job)))
            {
                jobs.Add(job);
            }
        }

        readings[source] = reading;
        var notice = rows.Count > JobQueries.MostRows ? $"There are more than {JobQueries.MostRows:N0} rows; the first of them in name order are shown." : null;
        return before.AsOf is not null && before.Notice == notice && before.Jobs.SequenceEqual(jobs, ReferenceEqualityComparer.Instance)
            ? before
            : new JobsSnapshot { Source = source, Jobs = jobs, Notice = notice, AsOf = asOf };
    }

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
}
