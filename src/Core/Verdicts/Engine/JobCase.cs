using System.Runtime.CompilerServices;
using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
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

    public Dictionary<string, Backlog> Backlogs { get; } = facts.Backlogs.Jobs.ToDictionary(backlog => backlog.Job, StringComparer.Ordinal);

    public Dictionary<string, RetryStreak> Open { get; } = facts.Open.Where(streak => streak.AppName is not null).DistinctBy(streak => streak.AppName).ToDictionary(streak => streak.AppName!, StringComparer.Ordinal);
}

/// <summary>One job before the rules, with what they ask of all of it.</summary>
internal sealed class JobCase(JobStanding standing, Case all)
{
    private static readonly ConditionalWeakTable<JobError, object> Kinds = [];
    private IReadOnlyList<JobTick>? waiting;
    private (DateTimeOffset? At, string For)? pageBy;

    public JobStanding Standing => standing;

    public Job Job => standing.Job;

    public string Name => standing.Job.Name;

    public JobTick? Tick => standing.Tick;

    public VerdictFacts Facts => all.Facts;

    public VerdictSettings Settings => all.Settings;

    public HealModel Model => all.Model;

    public TickGrid Grid => all.Grid;

    public DateTimeOffset Now => all.Now;

    public Deadline Deadline => all.Deadlines.Of(standing.Job.Name);

    public Backlog? Backlog { get; } = all.Backlogs.GetValueOrDefault(standing.Job.Name);

    /// <summary>The retries of it that go on now; null when none do.</summary>
    public RetryStreak? Retrying { get; } = standing.Job.Ongoing is null ? null : all.Open.GetValueOrDefault(standing.Job.Name);

    public TimeSpan Usual => standing.History.UsualDuration ?? Deadlines.UnknownRun;

    /// <summary>How long after a tick begins a try of it is known to have succeeded, nearly always: what most runs keep to, and how late in its tick it begins.</summary>
    public TimeSpan Long => Deadlines.LongRun(standing.History) + Lag;

    public bool IsFailing => standing.Job.LastError is not null || standing.Job.ErrorCount > 0;

    public int Failures => Math.Max(standing.Job.ErrorCount, standing.Job.LastError is null ? 0 : 1);

    /// <summary>What kind of failure its row tells of.</summary>
    public FailureKind Kind => standing.Job.LastError is { } error ? KindOf(error) : new FailureKind(FailureClass.Unknown, null, "the row says nothing of what it failed with");

    /// <summary>The jobs that it keeps from running, in run order.</summary>
    public IReadOnlyList<JobTick> Waiting => waiting ??= all.Facts.Tick.Waiting(standing.Job.Name);

    /// <summary>A human who begins later is late: for its own data, for what hangs on it, and for whoever waits behind it.</summary>
    public (DateTimeOffset? At, string For) PageBy => pageBy ??= ReckonPageBy();

    /// <summary>The moments of the coming tries.</summary>
    public IEnumerable<DateTimeOffset> Tries => HealRule.Tries(standing.Job.NextRun ?? all.Now, all.Facts.Book.Settings.ErrorRetry, all.Grid, all.Now);

    // Others come before it in the tick: nine of ten of its own starts keep to this.
    private TimeSpan Lag
    {
        get
        {
            TimeSpan[] lags = [.. standing.History.Runs.Where(run => run.Duration is not null).Select(run => all.Grid.Since(run.LogTime - run.Duration!.Value)).Order()];
            return lags.Length == 0 ? TimeSpan.Zero : lags[(int)(lags.Length * 0.9)];
        }
    }

    private (DateTimeOffset? At, string For) ReckonPageBy()
    {
        var (least, whose) = (Before(all.Deadlines.Of(Name).Effective, Deadlines.LongRun(standing.History)), all.Deadlines.Of(Name).For);
        foreach (var other in Waiting)
        {
            if (all.Deadlines.Of(other.Name) is { Effective: { } theirs } known && Before(theirs, Deadlines.LongRun(all.Standings.GetValueOrDefault(other.Name)?.History ?? Runs.JobHistory.None)) is { } at && (least is null || at < least))
            {
                (least, whose) = (at, known.For);
            }
        }

        return (least, whose);
    }

    private DateTimeOffset? Before(DateTimeOffset? deadline, TimeSpan run)
    {
        var needed = all.Settings.ResponseTime + run + all.Grid.LongStep;
        return deadline is { } moment ? (moment - DateTimeOffset.MinValue > needed ? moment - needed : DateTimeOffset.MinValue) : null;
    }

    private static FailureKind KindOf(JobError error)
    {
        if (Kinds.TryGetValue(error, out var known))
        {
            return (FailureKind)known;
        }

        var kind = FailureKindRule.Of(error);
        Kinds.TryAdd(error, kind);
        return kind;
    }
}
