using Dashboard.Core.Backfill;
using static Dashboard.Core.Verdicts.Engine.Saying;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>R13, R14: past its time with nothing in the way, and slots that are owed.</summary>
internal static class LateRules
{
    public static Verdict? Late(JobCase job, Verdict? before)
    {
        if (job.Standing.State is not JobState.Overdue || job.Job.NextRun is not { } due)
        {
            return null;
        }

        // It waits as long as something is in its way; what counts is what happens from the moment on at which nothing was seen to be. A tick that began then, came to every job and left it says
        // for certain that it is skipped; where nobody tells of ticks, six of them have to pass.
        var free = before is { Rule: "R13", State: VerdictState.Watch or VerdictState.Page } ? before.Since : job.Now;
        var decide = (free > due ? free : due) + (6 * job.Grid.Step);
        return job.WholeTickSince(free) is { } passed ? passed && job.IsOverdue && job.Now - free >= 2 * job.Grid.Step ? Skipped() : Waits() : job.Now > due + (6 * job.Grid.Step) && (before is null || job.Now > decide || free == job.Now) && job.Heard > due ? Skipped() : Waits();

        Verdict Skipped() => Human(job, "R13", $"It was due at {At(job, due)} and no tick has started it.", "See why the scheduler skips it: run it by hand with --job.", job.Standing.Because);

        Verdict Waits() => Plain(job, VerdictState.Watch, "R13", $"It was due at {At(job, due)} and has not started.") with
        {
            Root = Of(job.Name), Cause = job.Standing.Because, DecideAt = decide, PageBy = job.PageBy.At, Facts = [new(job.Standing.Because, "crontabber")],
        };
    }

    public static Verdict? Behind(JobCase job)
    {
        if (job.Backlog is not { } backlog)
        {
            return null;
        }

        var fact = new VerdictFact(backlog.Because, "reckoned");
        return backlog.State switch
        {
            BacklogState.Endless or BacklogState.Unreckonable => Human(job, "R14", backlog.Because, "Mend its frequency.", null) with { Facts = [fact] },
            BacklogState.Behind when backlog.Owed.Count > 1 && job.IsOverdue => Human(job, "R14", $"It owes {Slots(backlog)} and is not done in time.", "See why it does not work them off.", null) with { Facts = [fact] },
            BacklogState.Behind when backlog.Owed.Count > 1 => backlog.Eta is { At: { } by } && (job.PageBy.At is not { } limit || by <= limit)
                ? CatchingUp(job, backlog, by, fact)
                : Plain(job, VerdictState.Watch, "R14", $"It owes {Slots(backlog)} and nobody can say when they are done.") with { Root = Of(job.Name), Cause = backlog.Because, PageBy = job.PageBy.At, DecideAt = job.PageBy.At, Facts = [fact] },
            BacklogState.CatchingUp => CatchingUp(job, backlog, backlog.Eta?.At, fact),
            _ => null,
        };
    }

    private static Verdict CatchingUp(JobCase job, Backlog backlog, DateTimeOffset? by, VerdictFact fact) =>
        Plain(job, VerdictState.CatchingUp, "R14", $"Catching up: {Slots(backlog)} owed{(by is { } at ? $", done by {At(job, at)}" : "")}.") with { Root = Of(job.Name), Cause = backlog.Because, NextEventAt = by, PageBy = job.PageBy.At, Facts = [fact] };

    private static string Slots(Backlog backlog) => backlog.Owed.IsEndless ? "slots without end" : VerdictWords.Count((int)Math.Min(backlog.Owed.Count, int.MaxValue), "slot", "slots");
}
