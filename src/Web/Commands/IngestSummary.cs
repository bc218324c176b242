using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dashboard.Core.Retries;

namespace Dashboard.Web.Commands;

/// <summary>What a reading of logs came to, for the terminal. Several logs may be read at once.</summary>
internal sealed class IngestSummary
{
    private const int MostSamples = 5;

    // Enough to count streaks by; a log with more at once is no log of retries.
    private const int MostOpen = 100_000;
    private readonly Lock one = new();
    private readonly long began = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, long> reached = new(StringComparer.Ordinal);
    private readonly HashSet<RetryTeller> open = [];
    private readonly SortedDictionary<string, int> ends = new(StringComparer.Ordinal);
    private readonly List<string> samples = [];
    private long lines;
    private long unreadable;
    private long bytes;
    private long events;
    private long known;

    public void Add(RetryBatch batch, RetryReceipt receipt)
    {
        lock (one)
        {
            var position = batch.Position!;
            var from = reached.TryGetValue(position.Log + position.File, out var before) ? before : 0;
            bytes += Math.Max(0, position.Offset - from);
            reached[position.Log + position.File] = position.Offset;
            (lines, unreadable, events, known) = (lines + position.Lines, unreadable + position.Unreadable, events + batch.Events.Count, known + receipt.Known);
            samples.AddRange(position.Samples.Take(MostSamples - samples.Count));
            foreach (var told in batch.Events)
            {
                Count(told);
            }
        }
    }

    public string Text()
    {
        lock (one)
        {
            var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
            var text = new StringBuilder();
            text.Append(CultureInfo.InvariantCulture, $"{lines} lines, {events} events{(known > 0 ? $" ({known} of them known before)" : "")}, {bytes / 1e6 / Math.Max(took, 1e-6):0.#} MB/s");
            text.Append(CultureInfo.InvariantCulture, $"\nstreaks: {string.Join(", ", ends.Select(end => $"{end.Value} {end.Key}").Append($"{open.Count} open"))}");
            text.Append(CultureInfo.InvariantCulture, $"\n{unreadable} lines could not be read");
            foreach (var sample in samples)
            {
                text.Append("\n  ").Append(sample);
            }

            return text.ToString();
        }
    }

    private void Count(RetryEvent told)
    {
        if (told.Outcome is RetryOutcome.Fail or RetryOutcome.Waiting)
        {
            if (open.Count < MostOpen)
            {
                open.Add(told.Who);
            }

            return;
        }

        open.Remove(told.Who);
        var end = told.Outcome switch
        {
            RetryOutcome.GaveUp => "gave up",
            RetryOutcome.NotRetryable => "not retryable",
            RetryOutcome.Aborted => "aborted",
            _ => "recovered",
        };
        ends[end] = ends.GetValueOrDefault(end) + 1;
    }
}
