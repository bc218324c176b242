using Dashboard.Core.Runs;

namespace Dashboard.Core.Backfill;

/// <summary>When a backlog is gone, from how long runs last and how fast slots come.</summary>
public static class EtaRule
{
    /// <summary>
    /// The moment at which nothing is owed any more. Slots that come while others are worked off are counted, once the work takes longer than an
    /// interval: until then the next run does them in its ordinary time.
    /// </summary>
    /// <param name="owed">How many slots are owed, at least one.</param>
    /// <param name="interval">The distance at which slots come.</param>
    /// <param name="lengths">How long one takes.</param>
    /// <param name="start">When the work begins or goes on.</param>
    /// <param name="startWords">The same in words: <c>from the next tick on</c>.</param>
    public static BacklogEta For(long owed, TimeSpan interval, RunLengths? lengths, DateTimeOffset start, string startWords)
    {
        if (lengths is null)
        {
            return new BacklogEta(null, "No run of it is known to have succeeded, so how long one takes is not known either.");
        }

        var each = BackfillWords.Each(lengths);
        if (lengths.Usual >= interval)
        {
            return new BacklogEta(null, $"Never: it takes {each}, and a new slot comes every {BackfillWords.Length(interval)}.");
        }

        return new BacklogEta(start + Work(owed, interval, lengths.Usual), $"{BackfillWords.Slots(owed)}, {each}, {startWords}.")
        {
            Latest = lengths.Slow < interval ? start + Work(owed, interval, lengths.Slow) : null,
        };
    }

    /// <summary>How long the work lasts, with what comes meanwhile.</summary>
    internal static TimeSpan Work(long owed, TimeSpan interval, TimeSpan each)
    {
        var plain = each.TotalSeconds * owed;
        var whole = plain <= interval.TotalSeconds ? plain : plain / (1 - (each / interval));
        return whole >= TimeSpan.MaxValue.TotalSeconds / 1000 ? TimeSpan.FromDays(365_000) : TimeSpan.FromSeconds(whole);
    }

    /// <summary>While it fails nothing is worked off: how often it is tried, from the starts of the failures that are known.</summary>
    public static BacklogEta WhileFailing(DateTimeOffset? slot, int failures, JobHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var starts = history.Runs.TakeWhile(run => run.Outcome == RunOutcome.Failure).Where(run => run.Duration is not null)
            .Select(run => run.LogTime - run.Duration!.Value).ToArray();
        var gaps = starts.Zip(starts.Skip(1), (later, earlier) => later - earlier).Order().ToArray();
        var tried = gaps.Length == 0 ? "" : $"; it is tried every {BackfillWords.Length(gaps[gaps.Length / 2])}, the median of {BackfillWords.Count(gaps.Length, "distance")} between tries";
        var what = slot is { } first ? $"the slot {BackfillWords.At(first)} stops failing" : "it stops failing";
        return new BacklogEta(null, $"Not before {what}: {BackfillWords.Count(failures, "failure")} in a row{tried}.");
    }
}
