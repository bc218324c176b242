using System.Runtime.CompilerServices;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>R16: what is odd about a job besides its verdict.</summary>
internal static class FlagRule
{
    private const double FlappingFrom = 0.25;
    private const double FlappingUntil = 0.10;

    // A history is looked at once, however often it is judged.
    private static readonly ConditionalWeakTable<JobHistory, Looked> Histories = [];

    /// <summary>The flags, in their order. Flapping stays until outcomes have settled.</summary>
    public static IReadOnlyList<VerdictFlag> Of(JobCase job, Verdict? last)
    {
        var history = Histories.GetValue(job.Standing.History, static known => new Looked(RunFlags.IsSlow(known), RunFlags.IsTooFast(known), RunFlags.ChangeRate(known)));
        var flapping = history.Changes >= (last is not null && last.Flags.Contains(VerdictFlag.Flapping) ? FlappingUntil : FlappingFrom);
        var ghost = job.Standing.State == JobState.Ghost;
        var isNew = job.Job is { LastRun: null, FirstRun: null };
        var gap = !ghost && !job.IsFailing && job.Job is { NextRun: { } next, LastRun: { } ran, Ongoing: null } && job.Standing.Definition?.Schedule is { Backfills: false, Interval: { Error: null, Value: var interval } }
            && interval > TimeSpan.Zero && next - ran > interval + (2 * job.Grid.LongStep);
        if (!(history.Slow || history.TooFast || flapping || gap || isNew || ghost))
        {
            return [];
        }

        List<VerdictFlag> flags = [];
        Add(history.Slow, VerdictFlag.Slow);
        Add(history.TooFast, VerdictFlag.TooFast);
        Add(flapping, VerdictFlag.Flapping);
        Add(gap, VerdictFlag.Gap);
        Add(isNew, VerdictFlag.New);
        Add(ghost, VerdictFlag.Ghost);
        return flags;

        void Add(bool holds, VerdictFlag flag)
        {
            if (holds)
            {
                flags.Add(flag);
            }
        }
    }

    private sealed record Looked(bool Slow, bool TooFast, double? Changes);
}
