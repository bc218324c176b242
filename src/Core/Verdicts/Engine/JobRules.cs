using static Dashboard.Core.Verdicts.Engine.Saying;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>The rules for one job; the first that holds says the verdict. Their numbers are those of docs/verdict.md.</summary>
internal static class JobRules
{
    private static readonly Func<JobCase, Verdict?, Verdict?>[] InOrder =
    [
        (job, _) => Ghost(job), (job, _) => HeldRules.HeldByParent(job), (job, _) => HeldRules.HeldByOrder(job), (job, _) => HeldRules.Queued(job), (job, _) => HeldRules.Never(job),
        RetryRules.Retrying, (job, _) => RunRules.Locked(job), (job, _) => RunRules.Running(job),
        (job, _) => FailureRules.Permanent(job), (job, _) => FailureRules.Full(job), (job, _) => FailureRules.Poison(job), FailureRules.Failing, LateRules.Late, (job, _) => LateRules.Behind(job),
    ];

    /// <summary>What is said of a job, before it is held against what was said last.</summary>
    public static Verdict Judge(JobCase job, Verdict? before)
    {
        foreach (var rule in InOrder)
        {
            if (rule(job, before) is { } verdict)
            {
                return verdict;
            }
        }

        var next = job.Job.NextRun;
        return Plain(job, VerdictState.Ok, "R17", next is { } at && at > job.Now ? $"On time. Next run at {At(job, at)}." : "On time. The next tick starts it.") with { NextEventAt = next };
    }

    private static Verdict? Ghost(JobCase job) => job.Standing.State == JobState.Ghost
        ? Plain(job, VerdictState.Ok, "R3", "Not configured any more: nobody starts it, nobody waits for it to be well.") with { Facts = [new(job.Standing.Because, "configuration")] }
        : null;
}
