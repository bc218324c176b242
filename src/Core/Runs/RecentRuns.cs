namespace Dashboard.Core.Runs;

/// <summary>
/// The newest runs of each job of one log, gathered from readings that overlap, come in any order and may bring a row again.
/// </summary>
internal sealed class RecentRuns
{
    private readonly Dictionary<string, JobHistory> byJob = new(StringComparer.Ordinal);
    private readonly SortedSet<long> seen = [];
    private Dictionary<string, JobHistory>? picture;
    private Action<IReadOnlyList<Run>>? read;

    /// <summary>The greatest id seen; 0 before the first.</summary>
    public long NewestId { get; private set; }

    /// <summary>The oldest row looked at.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>Whether all rows were looked at.</summary>
    public bool Whole { get; set; }

    /// <summary>Told of everything that is read from now on; what was seen before is then asked for once more.</summary>
    public Action<IReadOnlyList<Run>>? Read
    {
        get => read;
        set
        {
            read = value;
            seen.Clear();
        }
    }

    /// <summary>The jobs that need no older runs.</summary>
    public string[] Full() => [.. byJob.Where(job => job.Value.Runs.Count == JobHistory.Kept).Select(job => job.Key)];

    /// <summary>Whether a job needs no older runs.</summary>
    public bool IsFull(string job) => byJob.TryGetValue(job, out var history) && history.Runs.Count == JobHistory.Kept;

    /// <summary>Adds what was read.</summary>
    /// <returns>The runs that were not known and are among the newest of their job.</returns>
    public IReadOnlyList<Run> Add(IReadOnlyList<Run> runs)
    {
        Read?.Invoke(runs);
        List<Run> added = [];
        foreach (var read in runs.GroupBy(run => run.Job, StringComparer.Ordinal))
        {
            var known = byJob.TryGetValue(read.Key, out var history) ? history.Runs : [];
            var newest = known.Concat(read).DistinctBy(run => run.Id).OrderByDescending(run => run.Id).Take(JobHistory.Kept).ToArray();
            var ids = known.Select(run => run.Id).ToHashSet();
            var news = newest.Where(run => !ids.Contains(run.Id)).ToArray();
            if (news.Length > 0)
            {
                byJob[read.Key] = JobHistory.Of(newest);
                picture = null;
                added.AddRange(news);
            }
        }

        foreach (var run in runs)
        {
            seen.Add(run.Id);
            NewestId = Math.Max(NewestId, run.Id);
            LookedAt(run.LogTime);
        }

        return added;
    }

    /// <summary>The ids above one that were read already and need not be sent again; those below are forgotten.</summary>
    public long[] SeenAbove(long floor)
    {
        while (seen.Count > 0 && seen.Min <= floor)
        {
            seen.Remove(seen.Min);
        }

        return [.. seen];
    }

    /// <summary>Notes how old a row was that was looked at.</summary>
    public void LookedAt(DateTimeOffset moment)
    {
        if (Since is null || moment < Since)
        {
            Since = moment;
        }
    }

    /// <summary>The snapshot after another; that same object when nothing differs.</summary>
    public RunsSnapshot After(RunsSnapshot before, DateTimeOffset asOf)
    {
        picture ??= byJob.ToDictionary(
            job => job.Key,
            job => before.ByJob.TryGetValue(job.Key, out var old) && old.Runs.SequenceEqual(job.Value.Runs) ? old : job.Value,
            StringComparer.Ordinal);
        var same = before.AsOf is not null && before.Since == Since && before.Whole == Whole && before.Notice is null
            && (ReferenceEquals(before.ByJob, picture)
                || (before.ByJob.Count == picture.Count && picture.All(job => before.ByJob.TryGetValue(job.Key, out var old) && ReferenceEquals(old, job.Value))));
        return same ? before : new RunsSnapshot { Source = before.Source, ByJob = picture, Since = Since, Whole = Whole, AsOf = asOf };
    }
}
