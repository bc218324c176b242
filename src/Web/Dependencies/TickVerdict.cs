using Dashboard.Core.Dependencies;

namespace Dashboard.Web.Dependencies;

/// <summary>What a tick does with a job, in a word or two.</summary>
internal static class TickVerdict
{
    /// <summary><c>runs</c>, <c>passed over</c>, <c>not reached</c>.</summary>
    public static string Word(this JobTick job) => job.Outcome switch
    {
        TickOutcome.Runs when job.Parent is not null => "runs if its parent recovers",
        TickOutcome.Runs when job.After.Count > 0 => "runs after its parent",
        TickOutcome.Runs => "runs",
        TickOutcome.Queued => "runs when the tick comes to it",
        TickOutcome.NotDue => "not due",
        TickOutcome.Running => "running",
        TickOutcome.Blocked => "passed over",
        TickOutcome.Locked => "lock in the way",
        TickOutcome.Starved => "not reached",
        TickOutcome.Dies => "the tick dies",
        TickOutcome.Never => "never again",
        TickOutcome.Ghost => "not configured",
        _ => "no tick",
    };
}
