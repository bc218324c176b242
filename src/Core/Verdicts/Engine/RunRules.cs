using Dashboard.Core.Backfill;
using static Dashboard.Core.Verdicts.Engine.Saying;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>R6, R8: a run that lasts, and a lock that was left behind.</summary>
internal static class RunRules
{
    public static Verdict? Locked(JobCase job)
    {
        if (job.Standing.State != JobState.StuckLock || job.Job.Ongoing is not { } locked)
        {
            return null;
        }

        var cause = $"Its lock has been held since {At(job, locked)} and its process is most likely gone.";
        var facts = new List<VerdictFact> { new(job.Standing.Because, "crontabber") };
        if (job.Tick?.LockTakenOverFrom is not { } from)
        {
            return Human(job, "R8", $"{cause} The scheduler never takes it over.", "Clear its lock.", null) with { Facts = facts };
        }

        var well = job.Grid.After(from, job.Now) + job.Usual;
        facts.Add(new($"The scheduler takes a lock over from {At(job, from)} on: it looks at its age without whole days.", "reckoned"));

        var by = job.CallFor(locked);
        var heal = new HealForecast(ForecastGrade.Certain) { Likely = well, By80 = well, ByDeadline = well > by ? 0 : 1 };
        return by is null || well <= by
            ? Plain(job, VerdictState.Healing, "R8", $"Heals by itself: the scheduler takes the lock over, well by {At(job, well)}.") with
            {
                Root = Of(job.Name), Cause = cause, NextEventAt = job.Grid.After(from, job.Now), Heal = heal, PageBy = by, DecideAt = by, Facts = facts,
                WouldChangeIf = [$"the lock is still held after {At(job, well)}"],
            }
            : Human(job, "R8", $"{cause} The scheduler takes it over from {At(job, from)}: too late.", "Clear its lock.", null) with { NextEventAt = job.Grid.After(from, job.Now), Heal = heal, Facts = facts };
    }

    // A run that lasts is waited for; of one that should have ended nobody knows when it will, and people are called when it makes somebody late.
    public static Verdict? Running(JobCase job)
    {
        if (job.Job.Ongoing is not { } since || job.Standing.State is not (JobState.Running or JobState.Failing))
        {
            return null;
        }

        var (usual, ends) = (job.Standing.History.UsualDuration, job.HeardOf!.Value + job.Allowed);
        var call = job.CallFor(since);
        if (usual is not null && job.Now > ends && job is { IsFailing: false, IsOverdue: true })
        {
            // Whether it was late before, or who waits behind it: it is not done when it should be, and nobody has time to wait for more.
            call = job.PageBy.At;
        }

        if (usual is not null && call <= job.Now && (job.Now > ends || job.Now - job.HeardOf > RunFlags.SlowBeyond(job.Standing.History)))
        {
            return Human(job, "R6", $"It has been running since {At(job, since)}, and most of its runs are done after {Words(Deadlines.LongRun(job.Standing.History))}.", "See what it is doing; if its process is gone, clear its lock.", job.Standing.Because, call);
        }

        if (job.IsFailing)
        {
            return null;
        }

        var slow = job.HeardOf + RunFlags.SlowBeyond(job.Standing.History);
        var over = slow < ends ? slow.Value : ends;
        var decide = call is { } at ? (at > over ? at : over.AddSeconds(1)) : (DateTimeOffset?)null;
        return usual is null || job.Now <= ends || job.Backlog is { State: BacklogState.CatchingUp }
            ? Plain(job, VerdictState.Ok, "R6", $"Running since {At(job, since)}{(usual is { } length ? $", done by about {At(job, since + length)}" : "")}.") with { NextEventAt = since + job.Usual, DecideAt = decide }
            : Plain(job, VerdictState.Watch, "R6", $"Running since {At(job, since)}, longer than it should{(decide is { } by ? $"; decided at {At(job, by)}" : "")}.") with
            {
                Root = Of(job.Name), Cause = job.Standing.Because, DecideAt = decide, PageBy = job.PageBy.At, Facts = [new(job.Standing.Because, "crontabber")], WouldChangeIf = ["it ends", "its process is seen to live"],
            };
    }
}
