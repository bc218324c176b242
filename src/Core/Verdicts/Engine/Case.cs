using Dashboard.Core.Backfill;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>All jobs of one source before the rules, at one moment.</summary>
internal sealed class Case(VerdictFacts facts, VerdictSettings settings, HealModel model, DateTimeOffset now)
{
    public VerdictFacts Facts => facts;

    public VerdictSettings Settings => settings;

    public HealModel Model => model;

    public DateTimeOffset Now => now;

    public TickGrid Grid { get; } = TickGrid.Of(facts.Ticks, facts.Standings.Jobs);

    public Deadlines Deadlines { get; } = Deadlines.From(facts, settings);

    public Dictionary<string, JobStanding> Standings { get; } = facts.Standings.Jobs.ToDictionary(standing => standing.Job.Name, StringComparer.Ordinal);

    /// <summary>When a sign of any tick came last; null when none ever did.</summary>
    public DateTimeOffset? Heard { get; } = LastSign(facts, now);

    public Dictionary<string, Backlog> Backlogs { get; } = facts.Backlogs.Jobs.ToDictionary(backlog => backlog.Job, StringComparer.Ordinal);

    public Dictionary<string, RetryStreak> Open { get; } = facts.Open.Where(streak => streak.AppName is not null).DistinctBy(streak => streak.AppName).ToDictionary(streak => streak.AppName!, StringComparer.Ordinal);

    /// <summary>Whether ticks were told of that began while one before was under way: cron's do, and then none that comes is one too few, whatever runs. A runner that makes one after the other is not silent while it runs a job.</summary>
    public bool TicksOverlap { get; } = Overlap(facts.Ticks);

    private static bool Overlap(IReadOnlyList<Ticks.Tick> ticks)
    {
        for (var i = 0; i + 1 < ticks.Count; i++)
        {
            if (ticks[i + 1].EndedAt is { } ended && ended > ticks[i].StartedAt)
            {
                return true;
            }
        }

        return false;
    }

    private static DateTimeOffset? LastSign(VerdictFacts facts, DateTimeOffset now)
    {
        DateTimeOffset? last = facts.Ticks is [{ } tick, ..] && tick.HeardAt <= now ? tick.HeardAt : null;
        foreach (var standing in facts.Standings.Jobs)
        {
            last = Later(Later(Later(last, standing.Job.LastRun), standing.Job.Ongoing), standing.History.Runs is [{ } newest, ..] ? newest.LogTime : null);
        }

        return last;

        DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => other <= now && (one is null || other > one) ? other : one;
    }
}
