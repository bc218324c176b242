using System.Globalization;
using Dashboard.Core.Backfill;
using Dashboard.Core.Failures;
using Dashboard.Core.Runs;
using static Dashboard.Core.Verdicts.Engine.Saying;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>R9 to R12: what a run failed with.</summary>
internal static class FailureRules
{
    private const double Hopeless = 0.10;
    private const int FullTries = 2;
    private const int PoisonTries = 3;

    public static Verdict? Permanent(JobCase job)
    {
        if (!job.IsFailing)
        {
            return null;
        }

        var kind = job.Kind;
        var enough = kind.Class switch
        {
            FailureClass.Auth or FailureClass.Configuration => 1,
            FailureClass.Code or FailureClass.Data => 2,
            _ => int.MaxValue,
        };
        return job.Failures >= enough
            ? Human(job, "R9", $"{VerdictWords.Cause(job.Job.LastError, kind)}, {VerdictWords.Count(job.Failures, "time", "times")}: no try heals that.", Remedy(kind.Class), $"Told by {kind.Because}.") with { Class = kind.Class }
            : null;
    }

    public static Verdict? Full(JobCase job) => job.IsFailing && job.Failures > FullTries && job.Kind is { Class: FailureClass.Full } kind
        ? Human(job, "R10", $"{VerdictWords.Cause(job.Job.LastError, kind)}, {VerdictWords.Count(job.Failures, "time", "times")}: somebody has to make room.", Remedy(kind.Class), $"Told by {kind.Because}.") with { Class = kind.Class }
        : null;

    public static Verdict? Poison(JobCase job)
    {
        if (job.Failures < PoisonTries || job.Backlog is not { State: BacklogState.Failing, FailingSlot: { } slot } || job.Standing.Since is not { } since)
        {
            return null;
        }

        var other = job.Facts.Standings.Jobs.FirstOrDefault(standing => standing.Job.Name != job.Name && !ReferenceEquals(standing, job.Standing)
            && standing.Job.LastError is null && standing.History.Runs is [{ Outcome: RunOutcome.Success } newest, ..] && newest.LogTime > since && Shares(standing, job));
        return other is null ? null : Human(
            job, "R11", $"The slot {slot.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture)} fails again and again while {other.Job.Name} succeeds.", "Put that slot's data right, or mark it done.", VerdictWords.Cause(job.Job.LastError, job.Kind) + ".") with { Class = job.Kind.Class };
    }

    // Without a list of what each job needs, only jobs that need the same parents are taken to need the same.
    private static bool Shares(JobStanding other, JobCase job) => job.Job.DependsOn.Count > 0 && other.Job.DependsOn.Intersect(job.Job.DependsOn, StringComparer.Ordinal).Any();

    public static Verdict? Failing(JobCase job, Verdict? before)
    {
        if (!job.IsFailing)
        {
            return null;
        }

        if (job.Job.NextRun is null && job.Job.Ongoing is null)
        {
            return Human(job, "R12", "It failed and has no next run: it is not tried again.", "Give it a next run.", job.Standing.Because);
        }

        var kind = job.Kind;
        var tries = job.Job.Ongoing is { } now ? job.Tries.Prepend(now) : job.Tries;
        var heal = HealRule.For(HealRule.With(tries, job.Model.Runs, job.Name, kind.Class, job.FailureWords, job.Failures), (job.Usual, job.Long), job.PageBy.At, job.Failures, job.Model.Runs.Known(job.Name, kind.Class, job.FailureWords, job.Failures));
        var next = job.Job.Ongoing ?? job.Tries.FirstOrDefault();
        var cause = $"{VerdictWords.Cause(job.Job.LastError, kind)}, {VerdictWords.Count(job.Failures, "time", "times")}";
        var overdue = job is { IsOverdue: true, IsStrongEvidence: true };
        var hopeless = heal is { ByDeadline: <= Hopeless, Grade: not ForecastGrade.None } && heal.AtRisk >= 5 && job.Failures >= 3;
        var verdict = overdue || hopeless
            ? Human(job, "R12", $"{cause}, and it did not heal in time.", Remedy(kind.Class), null)
            : MayHeal(job, "R12", cause, kind.Class, heal, before, next);
        return verdict with
        {
            Class = kind.Class,
            Heal = overdue || hopeless ? null : heal,
            NextEventAt = next,
            Facts = [new($"Told by {kind.Because}.", "crontabber"), .. Past(heal), new($"Tried again at {At(job, next)}: {job.Grid.Because}.", "reckoned")],
            Rejected = [new("R9", $"{Words(kind.Class)} may end by itself."), new("R8", job.Job.Ongoing is null ? "It holds no lock." : "Its lock is young.")],
        };
    }

    /// <summary>A failure that more than one job shows did not heal in time: what one of them alone could not say after a single try.</summary>
    public static Verdict SharedOverdue(JobCase job, Verdict judged) =>
        Human(job, judged.State is VerdictState.Blocked ? "R12" : judged.Rule, $"{(judged.State is VerdictState.Blocked ? $"{VerdictWords.Cause(job.Job.LastError, job.Kind)}, {VerdictWords.Count(job.Failures, "time", "times")}" : judged.Cause)}, and others fail with the same; it did not heal in time.", Remedy(judged.Class ?? job.Kind.Class), null, judged.PageBy) with { Class = judged.Class ?? job.Kind.Class, NextEventAt = judged.NextEventAt, Facts = judged.Facts };
}
