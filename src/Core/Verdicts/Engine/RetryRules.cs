using Dashboard.Core.Failures;
using Dashboard.Core.Retries;
using static Dashboard.Core.Verdicts.Engine.Saying;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>R7: inside a run the executor's own timers are exact.</summary>
internal static class RetryRules
{
    private const int MostAttempts = 500;

    // Inside a run the executor's own timers are exact.
    public static Verdict? Retrying(JobCase job, Verdict? before)
    {
        if (job.Retrying is not { State: StreakState.Open } streak)
        {
            return null;
        }

        var kind = streak.Class ?? FailureClass.Unknown;
        var what = $"{streak.Who.Resource} failed {VerdictWords.Count(streak.Attempts, "time", "times")} in this run{(streak.Code is { } code ? $", {code}" : "")}";
        var fact = new VerdictFact($"{what}; {(streak.NextAttemptAt is { } at ? $"next try at {At(job, at)}" : "a try is under way")}.", "telemetry");

        // While it waits, so does everything after it, and did so in the runs before.
        var call = job.CallFor(job.FirstFailure ?? job.Job.Ongoing!.Value, HealCounts.MayHeal(kind) ? job.Settings.ResponseTime : null);
        if (kind is FailureClass.Auth or FailureClass.Configuration or FailureClass.Code or FailureClass.Data && streak.Attempts >= 2)
        {
            var silent = streak.Executor == ExecutorKind.Infinite ? " This will not show as a failure: it is tried for ever." : "";
            return Human(job, "R7", $"{what}, and no try heals that.{silent}", $"Put right what {streak.Who.Resource} refuses: {streak.ExceptionType}.", fact.Text, call) with { Class = kind, Facts = [fact] };
        }

        var overdue = job.IsOverdue || call <= job.Now;
        call = job.PageBy.At is { } own && (call is null || own < call) ? own : call;
        var last = streak is { Executor: ExecutorKind.Limited, Attempts: >= 5 };
        if (last && !overdue && streak.NextAttemptAt is { } ends)
        {
            var after = job.Grid.After((job.Job.Ongoing ?? job.Now) + job.Facts.Book.Settings.ErrorRetry, ends);
            return Plain(job, VerdictState.Watch, "R7", $"This run fails at {At(job, ends)}, that is certain; it is tried again at {At(job, after)}.") with
            {
                Root = Of(job.Name), Cause = what, Class = kind, NextEventAt = ends, DecideAt = call, PageBy = call, Facts = [fact],
            };
        }

        var next = streak.NextAttemptAt ?? job.Now;
        if (overdue && job.IsStrongEvidence)
        {
            return Human(job, "R7", $"{what}, and it did not heal in time.", Remedy(kind), fact.Text, call) with { Class = kind, Facts = [fact] };
        }

        // What the runs before it, or those of others, tried for in vain comes first.
        var row = streak.Attempts + AttemptLadder.Within(streak.StartedAt - job.TriedSince(streak));
        var heal = HealRule.For(Attempts(job, streak, kind, next, row), (job.Usual, Deadlines.LongRun(job.Standing.History)), call, row, job.Model.Attempts.Known(streak.Who.Resource, kind, null, row));
        var decide = overdue && job.SecondLook is { } second ? second : call;
        return MayHeal(job, "R7", what, kind, heal, before, next, (call, decide)) with { Facts = [fact, .. Past(heal)] };
    }

    // Its executor's own timers; when those are at their end the run fails, and the job is tried again at a tick.
    private static IEnumerable<ComingTry> Attempts(JobCase job, RetryStreak streak, FailureClass kind, DateTimeOffset next, int row)
    {
        var (at, made) = (next, streak.Attempts);
        for (; made < (streak.Executor == ExecutorKind.Limited ? AttemptLadder.Length : MostAttempts); made++)
        {
            yield return new ComingTry(at, job.Model.Attempts.Hazard(streak.Who.Resource, kind, null, row++));
            at += AttemptLadder.After(made + 1);
        }

        // What an executor tried for in vain is no fresh failure of a run: each attempt of the runs that follow is one more in a row.
        foreach (var begin in HealRule.Tries(at, job.Facts.Book.Settings.ErrorRetry, job.Grid, at))
        {
            for (var (step, attempt) = (1, begin); step <= AttemptLadder.Length; attempt += AttemptLadder.After(step++))
            {
                yield return new ComingTry(attempt, job.Model.Attempts.Hazard(streak.Who.Resource, kind, null, row++));
            }
        }
    }
}
