using System.Runtime.CompilerServices;
using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>One job before the rules, with what they ask of all of it.</summary>
internal sealed class JobCase(JobStanding standing, Case all)
{
    private const int Known = 20;
    private const double Likely = 0.6;
    private const int Few = 3;
    private static readonly ConditionalWeakTable<JobError, object> Kinds = [];
    private static readonly ConditionalWeakTable<JobError, string> AllWords = [];
    private static readonly ConditionalWeakTable<JobError, string> Said = [];
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Slight = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(2);
    private IReadOnlyList<JobTick>? waiting;
    private (DateTimeOffset? At, string For)? pageBy;
    private TimeSpan? lag;

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

    /// <summary>
    /// How long nothing may be heard of a run before anybody wonders: what 95 of 100 keep to, and two ticks less a minute. One that works off several slots is heard of with each that is done.
    /// </summary>
    public TimeSpan Allowed => Deadlines.LongRun(standing.History) + (2 * all.Grid.Step) - Margin;

    /// <summary>When the run that goes on was heard of last: when it began, or did a slot. Null while none goes on.</summary>
    public DateTimeOffset? HeardOf => standing.Job.Ongoing is { } began && standing.History.Runs is [var newest, ..] && newest.LogTime > began ? newest.LogTime : standing.Job.Ongoing;

    /// <summary>How long after a tick begins a try of it is known to have succeeded, nearly always: what most runs keep to, and how late in its tick it begins.</summary>
    public TimeSpan Long => Deadlines.LongRun(standing.History) + (lag ??= ReckonLag());

    public bool IsFailing => standing.Job.LastError is not null || standing.Job.ErrorCount > 0;

    public int Failures => Math.Max(standing.Job.ErrorCount, standing.Job.LastError is null ? 0 : 1);

    /// <summary>What kind of failure its row tells of.</summary>
    public FailureKind Kind => standing.Job.LastError is { } error ? KindOf(error) : new FailureKind(FailureClass.Unknown, null, "the row says nothing of what it failed with");

    /// <summary>What its failure says, as all of its kind say it: by that it is known how others like it ended. Null when its row tells of none.</summary>
    public string? FailureWords => standing.Job.LastError is { } error ? Said.GetValue(error, Fingerprint.Words) : null;

    /// <summary>What its failure shares with others of the same cause; null when it does not fail, or by itself.</summary>
    public string? SharedWords => Retrying is { State: StreakState.Open, ExceptionType: { } type } streak ? SharedCause.Words(streak.Class ?? FailureClass.Unknown, type, streak.ExceptionValue ?? "")
        : standing.Job.LastError is { } error ? Words(error) : null;

    /// <summary>The jobs that it keeps from running, in run order.</summary>
    public IReadOnlyList<JobTick> Waiting => waiting ??= all.Facts.Tick.Waiting(Name);

    /// <summary>The jobs to which the tick that runs it comes afterwards.</summary>
    public IEnumerable<JobTick> Queue => all.Facts.Tick.Jobs.Where(tick => tick.Outcome == TickOutcome.Queued && tick.Facts.Behind == Name);

    /// <summary>The job that the tick under way is busy with before it comes to this one; null when none is.</summary>
    public string? QueuedBehind => Tick is { Outcome: TickOutcome.Queued } tick ? tick.Facts.Behind : null;

    /// <summary>When a sign of any tick came last; null when none ever did.</summary>
    public DateTimeOffset? Heard => all.Heard;

    /// <summary>
    /// The latest moment to call people for whoever a run that began at a moment makes late: itself, what hangs on it, whoever waits behind it. Who was late before is made later still, as of when it began. Null when nobody is.
    /// </summary>
    /// <param name="after">When the run began.</param>
    /// <param name="needed">How long people need to come, where who cannot be saved by them is called for only then; null where everybody counts.</param>
    public DateTimeOffset? CallFor(DateTimeOffset after, TimeSpan? needed = null)
    {
        var least = Call(Deadline, standing.History, after, needed);
        foreach (var other in Waiting.Concat(Queue))
        {
            var at = Call(all.Deadlines.Of(other.Name), all.Standings.GetValueOrDefault(other.Name)?.History ?? Runs.JobHistory.None, after, needed);
            least = least < at ? least : at ?? least;
        }

        return least;
    }

    /// <summary>Whether its last run was tried again and again inside by its executor before it failed, as its length tells.</summary>
    public bool WasRetried => standing.History.Runs is [var newest, ..] && IsRetried(newest);

    /// <summary>When it failed first, of the failures that go on: a run within which its executor tried failed when it began. Null when it does not fail or that is not known.</summary>
    public DateTimeOffset? FirstFailure
    {
        get
        {
            var (history, since) = (standing.History, IsFailing ? standing.Since : null);
            if (since is not null && history.Streak < 0 && -history.Streak <= history.Runs.Count && history.Runs[-history.Streak - 1] is var first && IsRetried(first))
            {
                since = first.LogTime - first.Duration;
            }

            return Retrying is { State: StreakState.Open } streak && !(since < streak.StartedAt) ? streak.StartedAt : since;
        }
    }

    /// <summary>Since when there was something to see of what it fails with: its own first failure, or, of a resource that came and went within two ticks, the first that anybody met.</summary>
    public DateTimeOffset? SeenSince => Retrying is { State: StreakState.Open } streak && all.Model.Lately.TryGetValue(streak.Who.Resource, out var before) && streak.StartedAt - before.Ended <= HealMemory.Apart && !(FirstFailure < before.Began)
        ? before.Began
        : FirstFailure;

    /// <summary>Since when anybody has tried in vain for what it tries for: it itself, whoever tries for the same resource now, and whoever's last run gave up with the same words.</summary>
    public DateTimeOffset TriedSince(RetryStreak streak)
    {
        var since = streak.StartedAt;
        Earlier(IsFailing ? FirstFailure : null);
        foreach (var other in all.Facts.Open)
        {
            Earlier(other.State == StreakState.Open && other.Who.Resource == streak.Who.Resource ? other.StartedAt : null);
        }

        var words = SharedWords;
        foreach (var other in all.Facts.Standings.Jobs)
        {
            if (words is not null && other.Job.LastError is { } error && Words(error) == words && new JobCase(other, all) is { WasRetried: true } failing)
            {
                Earlier(failing.FirstFailure);
            }
        }

        return since;

        void Earlier(DateTimeOffset? moment) => since = moment < since ? moment.Value : since;
    }

    /// <summary>Since when it fails with what it fails with now, of what is kept of its runs. Null when it does not fail.</summary>
    public DateTimeOffset? FailsAlikeSince
    {
        get
        {
            var since = Retrying is { State: StreakState.Open } streak ? streak.StartedAt : (DateTimeOffset?)null;
            var words = SharedWords;
            foreach (var run in standing.History.Runs)
            {
                if (run is not { Outcome: Runs.RunOutcome.Failure, Error: { } error } || words is null || Words(error) != words)
                {
                    break;
                }

                var began = IsRetried(run) ? run.LogTime - run.Duration : run.LogTime;
                since = since < began ? since : began;
            }

            return since ?? (IsFailing ? standing.Since : null);
        }
    }

    /// <summary>When its last good run began, of those that are kept; null without any.</summary>
    public DateTimeOffset? LastGood
    {
        get
        {
            foreach (var run in standing.History.Runs)
            {
                if (run.Outcome == Runs.RunOutcome.Success)
                {
                    return run.LogTime - (run.Duration ?? TimeSpan.Zero);
                }
            }

            return null;
        }
    }

    /// <summary>How long two looks at a trouble take: two ticks, and most of a long run, for how long that is is known from some tens of them. Before then a further try may be about to tell, and nobody can be late who waits for it.</summary>
    public TimeSpan TwoLooks => (2 * all.Grid.Step) + (0.7 * Deadlines.LongRun(standing.History));

    /// <summary>Whether its next try should have been made two ticks ago and was not: something keeps it.</summary>
    public bool IsKeptFromTrying => standing.Job is { Ongoing: null, NextRun: { } due } && Now - due > 2 * all.Grid.Step;

    /// <summary>Whether its failures say that something is wrong. Of a kind that may heal one or two are weak evidence until two looks are past; of any other the first is enough.</summary>
    public bool IsStrongEvidence => Failures >= 3 || (Failures > 0 && !HealCounts.MayHeal(Kind.Class)) || (SecondLook <= Now && !IsThirdTryLikely);

    /// <summary>
    /// Whether a third try is about to be made of what the third heals three times of five, by what is known of those that said the same. That is waited for although it takes from the time that people need: called now, they would mostly
    /// find it healed. Of what lies with another's end, or wants room, it has to be proven: that lasts as long as it lasts, and most that passed before passed sooner.
    /// </summary>
    public bool IsThirdTryLikely => Failures == 2 && Retrying is not { State: StreakState.Open } && (standing.Job.Ongoing ?? standing.Job.NextRun) + (2 * all.Grid.Step) >= Now
        && all.Model.Runs.Hazard(Name, Kind.Class, FailureWords, 2) >= Likely && (Kind.Class is not (FailureClass.Network or FailureClass.Full) || IsThirdTryProven);

    private bool IsThirdTryProven => all.Model.Runs.Same(FailureWords, Kind.Class, 2) is { AtRisk: >= Few } same && Jeffreys.Interval80(same.Healed, same.AtRisk).Least >= Likely;

    /// <summary>
    /// When what failed twice, or what an executor tries for in one run, has lasted as long as two looks take; null while one try failed, and at once. Where the second run is under way then, when it should have ended, a tick later at most:
    /// it is the second look.
    /// </summary>
    public DateTimeOffset? SecondLook
    {
        get
        {
            var twice = Failures >= 2 || Retrying is { State: StreakState.Open };
            var look = twice || (IsFailing && WasRetried) ? (SeenSince + TwoLooks) ?? Now : (DateTimeOffset?)null;
            var ends = twice ? null : standing.Job.Ongoing + Deadlines.LongRun(standing.History);
            return ends > look ? (ends < look + all.Grid.Step ? ends : look + all.Grid.Step) : look;
        }
    }

    /// <summary>Whether a whole tick began after a moment and ended, having come to every job: null when nobody tells of ticks.</summary>
    public bool? WholeTickSince(DateTimeOffset moment)
    {
        if (all.Facts.Ticks.Count == 0)
        {
            return null;
        }

        foreach (var tick in all.Facts.Ticks)
        {
            if (tick.StartedAt <= moment)
            {
                return false;
            }

            if (tick is { EndedAt: not null, ExitCode: 0 })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the latest moment to call people has come.</summary>
    public bool IsOverdue => PageBy.At is { } by && by <= Now;

    /// <summary>A human who begins later is late: for its own data, for what hangs on it, and for whoever waits behind it.</summary>
    public (DateTimeOffset? At, string For) PageBy => pageBy ??= ReckonPageBy();

    /// <summary>The moments of the coming tries.</summary>
    public IEnumerable<DateTimeOffset> Tries => HealRule.Tries(standing.Job.NextRun ?? all.Now, all.Facts.Book.Settings.ErrorRetry, all.Grid, all.Now);

    private bool IsRetried(Runs.Run run) => run is { Outcome: Runs.RunOutcome.Failure, Duration: { } length } && length > (3 * Deadlines.LongRun(standing.History)) + TimeSpan.FromMinutes(2);

    // Others come before it in the tick: nearly all of its own starts keep to this.
    private TimeSpan ReckonLag()
    {
        var runs = standing.History.Runs;
        Span<TimeSpan> lags = runs.Count <= Runs.JobHistory.Kept ? stackalloc TimeSpan[runs.Count] : new TimeSpan[runs.Count];
        var known = 0;
        for (var i = 0; i < runs.Count; i++)
        {
            if (runs[i].Duration is { } length)
            {
                lags[known++] = all.Grid.Since(runs[i].LogTime - length);
            }
        }

        lags = lags[..known];
        lags.Sort();
        return known == 0 ? TimeSpan.Zero : lags[(int)(known * 0.97)];
    }

    // Who was late before a lock was taken counts as if all had been well then. Of a failure that may heal, who could not be saved by people called when it began, for they need longer than was left, is called for when those would be there:
    // by then most of what passes has passed, and no call in between makes anybody's data fresher.
    private (DateTimeOffset? At, string For) ReckonPageBy()
    {
        var locked = standing.State == JobState.StuckLock ? standing.Job.Ongoing : null;
        var (after, needed) = locked is not null ? (locked, null) : IsFailing && HealCounts.MayHeal(Kind.Class) ? (FirstFailure, all.Settings.ResponseTime) : ((DateTimeOffset?)null, (TimeSpan?)null);
        var own = all.Deadlines.Of(Name);
        var (least, whose) = (Call(own, standing.History, after, needed), own.For);
        foreach (var other in Waiting)
        {
            var theirs = all.Deadlines.Of(other.Name);
            if (Call(theirs, all.Standings.GetValueOrDefault(other.Name)?.History ?? Runs.JobHistory.None, after, needed) is { } at && (least is null || at < least))
            {
                (least, whose) = (at, theirs.For);
            }
        }

        return (least, whose);
    }

    // The latest moment to call people before a deadline; but nobody is called for what was not due for two ticks yet. What was late before a moment counts as if it had been well then; with a time that people need, also what they could
    // not have saved who were called at that moment, but for no longer than they need.
    private DateTimeOffset? Call(Deadline deadline, Runs.JobHistory history, DateTimeOffset? after, TimeSpan? needed)
    {
        var (own, below) = (As(deadline.Own, deadline.OwnDue, deadline.OwnFrom), As(deadline.Effective, deadline.Due, deadline.From));
        return own < below ? own : below ?? own;

        DateTimeOffset? As(DateTimeOffset? late, DateTimeOffset? due, DateTimeOffset? from)
        {
            var call = Before(late, due, history);
            if (after is not { } began || (needed is { } people ? call + LongMargin(history) >= began || late > began + people : late > began))
            {
                return call;
            }

            var later = Before(late + (began - from), due + (began - from), history);
            return needed is { } time && later > began + time ? began + time : later;
        }
    }

    private DateTimeOffset? Before(DateTimeOffset? deadline, DateTimeOffset? isDue, Runs.JobHistory history)
    {
        if (deadline is not { } late)
        {
            return null;
        }

        // How long runs last is known from some tens of them: a quarter more, and of those of which few were seen a minute, so that nobody is called late because the longest was not seen yet.
        var needed = all.Settings.ResponseTime + (1.25 * Deadlines.LongRun(history)) + (history.Lengths >= Known ? Slight : Margin) + all.Grid.LongStep;
        var call = late - DateTimeOffset.MinValue > needed ? late - needed : DateTimeOffset.MinValue;
        return isDue is { } due && due + (2 * all.Grid.Step) - Early > call ? due + (2 * all.Grid.Step) - Early : call;
    }

    // More than is left over in a latest moment to call: by what this is past, by that it was past for certain.
    private static TimeSpan LongMargin(Runs.JobHistory history) => (0.25 * Deadlines.LongRun(history)) + (2 * Margin);

    private static string? Words(JobError error)
    {
        if (!AllWords.TryGetValue(error, out var words))
        {
            words = SharedCause.Words(KindOf(error).Class, error.Type, error.Value) ?? "";
            AllWords.AddOrUpdate(error, words);
        }

        return words.Length == 0 ? null : words;
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
