using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Verdicts;

/// <summary>
/// Rows, runs and the next tick become standings. What did not change stays the same object, so that a page redraws only what did; a job of which all three
/// are the same objects is not even judged again before the clock can change it.
/// </summary>
public static class StandingsFold
{
    /// <summary>The snapshot after <paramref name="before"/>; that same object when nothing differs.</summary>
    public static StandingsSnapshot Next(StandingsSnapshot before, TickSnapshot tick, RunsSnapshot runs, DateTimeOffset now, ScheduleBook? book = null)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(tick);
        ArgumentNullException.ThrowIfNull(runs);
        var rows = tick.Rows ?? JobsSnapshot.Empty(tick.Source);
        var known = new Known(before.Jobs);
        var (sameRuns, sameBook) = (ReferenceEquals(before.Runs, runs), ReferenceEquals(before.Book, book));
        JobStanding[]? jobs = before.Jobs.Count == rows.Jobs.Count ? null : new JobStanding[rows.Jobs.Count];
        for (var i = 0; i < rows.Jobs.Count; i++)
        {
            var job = rows.Jobs[i];
            var old = known.Of(job.Name, i);
            var history = old is not null && sameRuns ? old.History : runs.Of(job.Name);
            var definition = old is not null && sameBook ? old.Definition : book?.Find(job.Name);
            var standing = Judge(old, job, history, tick.OfRow(i), definition, now);
            if (jobs is null && !ReferenceEquals(standing, before.Jobs[i]))
            {
                // The first that differs: what was passed so far is as before.
                jobs = [.. before.Jobs];
            }

            if (jobs is not null)
            {
                jobs[i] = standing;
            }
        }

        if (jobs is null && before.AsOf is not null && before.RunsSince == runs.Since && before.RunsWhole == runs.Whole
            && SameNotices(before.Notices, rows.Notice, runs.Notice))
        {
            return before;
        }

        return new StandingsSnapshot
        {
            Source = rows.Source,
            Jobs = jobs ?? before.Jobs,
            AsOf = rows.AsOf,
            Sequence = before.Sequence + 1,
            RunsSince = runs.Since,
            RunsWhole = runs.Whole,
            Notices = [.. new[] { rows.Notice, runs.Notice }.OfType<string>()],
            Runs = runs,
            Book = book,
        };
    }

    /// <summary>The first moment of the database's clock at which a snapshot may differ although no row and no run does.</summary>
    public static DateTimeOffset Until(StandingsSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var until = DateTimeOffset.MaxValue;
        foreach (var standing in snapshot.Jobs)
        {
            until = standing.Until < until ? standing.Until : until;
        }

        return until;
    }

    private static JobStanding Judge(JobStanding? old, Job job, JobHistory history, JobTick? tick, JobDefinition? definition, DateTimeOffset now)
    {
        var same = old is not null && ReferenceEquals(old.Job, job) && ReferenceEquals(old.History, history) && ReferenceEquals(old.Tick, tick) && ReferenceEquals(old.Definition, definition);
        if (same && now <= old!.Until)
        {
            return old;
        }

        var fresh = StandingRule.For(job, history, now, tick) with { Definition = definition };
        return same && fresh == old ? old : fresh;
    }

    private static bool SameNotices(IReadOnlyList<string> before, string? first, string? second) => (first, second) switch
    {
        (null, null) => before.Count == 0,
        ({ } a, { } b) => before.Count == 2 && before[0] == a && before[1] == b,
        _ => before.Count == 1 && before[0] == (first ?? second),
    };

    /// <summary>Finds a job's old standing: nearly always at the same place, otherwise by a table made when first needed.</summary>
    private struct Known(IReadOnlyList<JobStanding> before)
    {
        private Dictionary<string, JobStanding>? byName;

        public JobStanding? Of(string name, int place)
        {
            if (place < before.Count && before[place].Job.Name == name)
            {
                return before[place];
            }

            byName ??= before.ToDictionary(standing => standing.Job.Name, StringComparer.Ordinal);
            return byName.GetValueOrDefault(name);
        }
    }
}
