using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts;

/// <summary>Rows and runs become standings; what did not change stays the same object, so that a page redraws only what did.</summary>
public static class StandingsFold
{
    /// <summary>The snapshot after <paramref name="before"/>; that same object when nothing differs.</summary>
    public static StandingsSnapshot Next(StandingsSnapshot before, JobsSnapshot rows, RunsSnapshot runs, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(runs);
        var known = before.Jobs.ToDictionary(standing => standing.Job.Name, StringComparer.Ordinal);
        var jobs = new JobStanding[rows.Jobs.Count];
        var same = before.AsOf is not null && before.Jobs.Count == jobs.Length;
        for (var i = 0; i < jobs.Length; i++)
        {
            var fresh = StandingRule.For(rows.Jobs[i], runs.Of(rows.Jobs[i].Name), now);
            jobs[i] = known.TryGetValue(fresh.Job.Name, out var old) && Equal(old, fresh) ? old : fresh;
            same = same && ReferenceEquals(jobs[i], before.Jobs[i]);
        }

        if (same && before.RunsSince == runs.Since && before.RunsWhole == runs.Whole)
        {
            return before;
        }

        return new StandingsSnapshot
        {
            Source = rows.Source,
            Jobs = jobs,
            AsOf = rows.AsOf,
            Sequence = before.Sequence + 1,
            RunsSince = runs.Since,
            RunsWhole = runs.Whole,
        };
    }

    private static bool Equal(JobStanding a, JobStanding b) =>
        ReferenceEquals(a.Job, b.Job) && ReferenceEquals(a.History, b.History) && a.State == b.State && a.Because == b.Because && a.Since == b.Since;
}
