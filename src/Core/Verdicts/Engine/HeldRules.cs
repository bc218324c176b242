using Dashboard.Core.Dependencies;
using Dashboard.Core.Retries;
using static Dashboard.Core.Verdicts.Engine.Saying;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>R4, R5: what keeps a job from being started although it is due.</summary>
internal static class HeldRules
{
    public static Verdict? HeldByParent(JobCase job)
    {
        if (job.Tick is not { IsHeld: true, Outcome: not TickOutcome.Starved, Parent: { } parent } tick)
        {
            return null;
        }

        var root = tick.Root ?? tick.ParentRoot ?? parent.Parent;
        return root == job.Name || job.Facts.Standings.Find(root) is null
            ? Human(job, "R4", $"It waits for {root}, and {(root == job.Name ? "that is itself" : "there is no such job")}.", $"Take {root} out of what it depends on, or give {root} a row.", tick.Because)
            : Plain(job, VerdictState.Blocked, "R4", $"Waits for {root}.") with { Root = Of(root), Cause = tick.Because, Facts = [new(tick.Because, "crontabber")] };
    }

    public static Verdict? HeldByOrder(JobCase job) => job.Tick switch
    {
        // What its own executor tries for now is told of that.
        { IsHeld: true, Outcome: TickOutcome.Starved } when job.Retrying is { State: StreakState.Open } => null,
        { IsHeld: true, Outcome: TickOutcome.Starved } tick when (tick.Root ?? tick.StarvedBy) is { } root && root != job.Name =>
            Plain(job, VerdictState.Blocked, "R5", $"Waits behind {root}: the tick ends there.") with { Root = Of(root), Cause = tick.Because, Facts = [new(tick.Because, "crontabber")] },
        { Outcome: TickOutcome.NoTick } tick => Plain(job, VerdictState.Blocked, "R5", "No tick does anything: the configuration has no order to run in.") with
        {
            Root = new VerdictRoot(RootKind.Scheduler, "configuration"), Cause = tick.Because, Facts = [new(tick.Because, "configuration")],
        },
        { Outcome: TickOutcome.Dies } tick => Human(job, "R5", "The tick dies here, and with it everything that comes after.", "Give the parent a next run, or mend the configured time.", tick.Because),
        _ => null,
    };

    // The tick under way comes to it: nothing is wrong until it would be late, and then with what the tick is busy with. So is what failed once and whose next try the tick keeps from being made.
    public static Verdict? Queued(JobCase job) => job is { QueuedBehind: { } busy, IsOverdue: true } && busy != job.Name && (!job.IsFailing || job is { IsStrongEvidence: false, Job.NextRun: { } due } && due < job.Now)
        ? Plain(job, VerdictState.Blocked, "R5", $"Waits behind {busy}: the tick is busy with it.") with { Root = Of(busy), Cause = job.Tick!.Because, Facts = [new(job.Tick.Because, "crontabber")] }
        : null;

    public static Verdict? Never(JobCase job) => job.Tick is { Outcome: TickOutcome.Never } tick
        ? Human(job, "R13", "It never runs again: it has neither a next run nor a lock.", "Delete the row, or give it a next run in the past.", tick.Because)
        : null;
}
