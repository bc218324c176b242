using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>When a job's data is older than anybody was promised.</summary>
/// <param name="Own">By its own schedule; null when nothing is known of it.</param>
/// <param name="Effective">The same with all that hangs on it: the earliest of its own and of every descendant, less the time to run down to that.</param>
/// <param name="For">Whose deadline that is.</param>
public sealed record Deadline(DateTimeOffset? Own, DateTimeOffset? Effective, string For)
{
    /// <summary>When that job is due again by its schedule, had its last good run been its last: before then nobody can know of any trouble. Null when nothing is known of it.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>When the job itself is due again.</summary>
    public DateTimeOffset? OwnDue { get; init; }

    /// <summary>When the job's last good run began; null when nothing is known of it.</summary>
    public DateTimeOffset? OwnFrom { get; init; }

    /// <summary>When that of the job whose deadline it is did.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Without any.</summary>
    public static Deadline None(string job) => new(null, null, job);
}

/// <summary>The deadlines of all jobs: twice the interval and a run, at least an hour, from the start of the last good run; a parent's is never later than its children allow.</summary>
public sealed class Deadlines
{
    /// <summary>How long a run lasts of which nothing is known.</summary>
    public static readonly TimeSpan UnknownRun = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, Deadline> byJob = new(StringComparer.Ordinal);

    private Deadlines()
    {
    }

    /// <summary>Of a job.</summary>
    public Deadline Of(string job) => byJob.GetValueOrDefault(job) ?? Deadline.None(job);

    /// <summary>Of all jobs.</summary>
    public static Deadlines From(VerdictFacts facts, VerdictSettings settings)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(settings);
        var deadlines = new Deadlines();
        var standings = facts.Standings.Jobs.ToDictionary(standing => standing.Job.Name, StringComparer.Ordinal);

        // Children come after their parents in run order; so the other way round each child is known before its parents. What has no place has no children that run.
        foreach (var name in facts.Tick.Jobs.Select(tick => tick.Name).Reverse().Concat(standings.Keys).Distinct(StringComparer.Ordinal))
        {
            if (standings.TryGetValue(name, out var standing))
            {
                deadlines.byJob[name] = deadlines.Reckon(standing, facts, settings, standings);
            }
        }

        return deadlines;
    }

    private Deadline Reckon(JobStanding standing, VerdictFacts facts, VerdictSettings settings, Dictionary<string, JobStanding> standings)
    {
        var own = Own(standing, settings);
        var (effective, whose, due, from) = (own, standing.Job.Name, Due(standing), LastGood(standing));
        foreach (var child in facts.Tick.Graph.Children(standing.Job.Name))
        {
            if (byJob.TryGetValue(child, out var known) && known.Effective is { } theirs && standings.TryGetValue(child, out var below))
            {
                var mine = theirs - LongRun(below.History);
                if (effective is null || mine < effective)
                {
                    (effective, whose, due, from) = (mine, known.For, known.Due, known.From);
                }
            }
        }

        return new Deadline(own, effective, whose) { Due = due, OwnDue = Due(standing), From = from, OwnFrom = LastGood(standing) };
    }

    /// <summary>What 95 of 100 runs keep to.</summary>
    public static TimeSpan LongRun(JobHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return history.LongDuration ?? UnknownRun;
    }

    /// <summary>How late its data may be: what was set for it, else twice its interval and a run, at least an hour.</summary>
    public static TimeSpan? Tolerance(JobStanding standing, VerdictSettings settings)
    {
        ArgumentNullException.ThrowIfNull(standing);
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.FreshWithin.TryGetValue(standing.Job.Name, out var set))
        {
            return set;
        }

        if (Interval(standing) is not { } interval)
        {
            return null;
        }

        var twice = 2 * (interval + LongRun(standing.History));
        return twice < settings.LeastTolerance ? settings.LeastTolerance : twice;
    }

    private static TimeSpan? Interval(JobStanding standing) =>
        standing.Definition?.Schedule?.Interval is { Error: null, Value: var interval } && interval > TimeSpan.Zero && interval <= TimeSpan.FromDays(400) ? interval : null;

    private static DateTimeOffset? Due(JobStanding standing) =>
        Interval(standing) is { } interval && LastGood(standing) is { } good && DateTimeOffset.MaxValue - good > interval ? AtItsTime(standing, good + interval) : null;

    // What ran late, over midnight, is next due a day later than its interval says: before then nobody can know of any trouble.
    private static DateTimeOffset AtItsTime(JobStanding standing, DateTimeOffset due) => standing.Definition?.Schedule?.AtItsTime(due) is { Error: null, Value: var then } && then > due ? then : due;

    private static DateTimeOffset? Own(JobStanding standing, VerdictSettings settings) =>
        Tolerance(standing, settings) is { } tolerance && LastGood(standing) is { } good && DateTimeOffset.MaxValue - good > tolerance ? good + tolerance : null;

    // A backfill job's last success is a slot; when the run for it began only the log says.
    private static DateTimeOffset? LastGood(JobStanding standing)
    {
        var good = standing.History.Runs.FirstOrDefault(run => run.Outcome == RunOutcome.Success);
        return good is { Duration: { } length } ? good.LogTime - length : good?.LogTime ?? standing.Job.LastSuccess ?? standing.Job.FirstRun;
    }
}
