using Dashboard.Core.Backfill;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;

namespace Dashboard.Web.Jobs;

/// <summary>What the list is sorted by.</summary>
public enum JobColumn
{
    /// <summary>What needs somebody first.</summary>
    State,

    /// <summary>By code points, as the runner sorts.</summary>
    Name,

    /// <summary>The last success.</summary>
    LastSuccess,

    /// <summary>The next run.</summary>
    NextRun,

    /// <summary>The usual duration.</summary>
    Usual,

    /// <summary>Consecutive failures.</summary>
    Errors,

    /// <summary>The slots owed.</summary>
    Backlog,

    /// <summary>As a tick goes through them.</summary>
    Order,
}

/// <summary>An order of the list.</summary>
/// <param name="Column">By what.</param>
/// <param name="Descending">From the largest; jobs without a value stay last either way.</param>
public readonly record struct JobSort(JobColumn Column, bool Descending)
{
    /// <summary>As in a URL: <c>name</c>, <c>-errors</c>.</summary>
    public string Slug => (Descending ? "-" : "") + Column switch
    {
        JobColumn.Name => "name",
        JobColumn.LastSuccess => "last-success",
        JobColumn.NextRun => "next-run",
        JobColumn.Usual => "usual",
        JobColumn.Errors => "errors",
        JobColumn.Backlog => "backlog",
        JobColumn.Order => "order",
        _ => "state",
    };

    /// <summary>The order a URL names; the usual one when it names none we know.</summary>
    public static JobSort Parse(string? slug)
    {
        var descending = slug is ['-', ..];
        JobColumn? column = (descending ? slug![1..] : slug) switch
        {
            "state" => JobColumn.State,
            "name" => JobColumn.Name,
            "last-success" => JobColumn.LastSuccess,
            "next-run" => JobColumn.NextRun,
            "usual" => JobColumn.Usual,
            "errors" => JobColumn.Errors,
            "backlog" => JobColumn.Backlog,
            "order" => JobColumn.Order,
            _ => null,
        };
        return column is { } known ? new(known, descending) : default;
    }

    /// <summary>The order after a click on a column: the other way round when it is the present one, else its useful way first.</summary>
    public JobSort Clicked(JobColumn column) =>
        column == Column ? new(column, !Descending) : new(column, column is JobColumn.Usual or JobColumn.Errors or JobColumn.Backlog or JobColumn.LastSuccess);

    /// <summary>The jobs in this order; equal ones by name.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="backlogs">What they owe; null where nobody sorts by it.</param>
    public IReadOnlyList<JobStanding> Apply(IEnumerable<JobStanding> jobs, BacklogSnapshot? backlogs = null) => Column switch
    {
        JobColumn.Backlog => ByBacklog(jobs, backlogs),
        JobColumn.Name => Sorted(jobs, standing => standing.Job.Name, StringComparer.Ordinal),
        JobColumn.LastSuccess => Sorted(jobs, standing => standing.Job.LastSuccess),
        JobColumn.NextRun => Sorted(jobs, standing => standing.Job.NextRun),
        JobColumn.Usual => Sorted(jobs, standing => standing.History.UsualDuration),
        JobColumn.Errors => Sorted(jobs, standing => standing.Job.ErrorCount),
        JobColumn.Order => Sorted(jobs, standing => standing.Tick?.Place),
        _ => Sorted(jobs, standing => Severity(standing.State)),
    };

    /// <summary>Whether a job as it is now has its place where it had it before, while its backlog is the same.</summary>
    public bool IsSame(JobStanding before, JobStanding now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        return Column switch
        {
            JobColumn.Backlog or JobColumn.Name => true,
            JobColumn.LastSuccess => before.Job.LastSuccess == now.Job.LastSuccess,
            JobColumn.NextRun => before.Job.NextRun == now.Job.NextRun,
            JobColumn.Usual => before.History.UsualDuration == now.History.UsualDuration,
            JobColumn.Errors => before.Job.ErrorCount == now.Job.ErrorCount,
            JobColumn.Order => before.Tick?.Place == now.Tick?.Place,
            _ => before.State == now.State,
        };
    }

    // A thousand jobs are not searched a thousand times.
    private List<JobStanding> ByBacklog(IEnumerable<JobStanding> jobs, BacklogSnapshot? backlogs)
    {
        var owed = backlogs?.Jobs.ToDictionary(backlog => backlog.Job, backlog => (long?)backlog.Owed.Count, StringComparer.Ordinal) ?? [];
        return Sorted(jobs, standing => owed.GetValueOrDefault(standing.Job.Name));
    }

    private static readonly Dictionary<JobState, int> Severities = StateWords.All.Select((state, place) => (state, place)).ToDictionary(known => known.state, known => known.place);

    private static int Severity(JobState state) => Severities.GetValueOrDefault(state, int.MaxValue);

    private List<JobStanding> Sorted<TKey>(IEnumerable<JobStanding> jobs, Func<JobStanding, TKey> key, IComparer<TKey>? comparer = null)
    {
        // It is sorted anew with each change of one of a thousand: each key is asked for once, and nothing is boxed.
        var by = comparer ?? Comparer<TKey>.Default;
        (bool Missing, TKey Key, JobStanding Standing)[] keyed = [.. jobs.Select(standing => key(standing) is { } known ? (false, known, standing) : (true, default(TKey)!, standing))];
        var turned = Descending ? -1 : 1;
        Array.Sort(keyed, (one, other) =>
        {
            var order = one.Missing.CompareTo(other.Missing);
            order = order != 0 || one.Missing ? order : turned * by.Compare(one.Key, other.Key);
            return order != 0 ? order : string.CompareOrdinal(one.Standing.Job.Name, other.Standing.Job.Name);
        });
        return [.. keyed.Select(each => each.Standing)];
    }
}
