using Dashboard.Core.Dependencies;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Now;

/// <summary>The jobs that something else keeps waiting, gathered by what that is: ten jobs behind one lock are one thing to know, not ten.</summary>
public sealed partial class BlockedJobs
{
    private const int Most = 40;
    private IReadOnlyList<JobStanding>? gathered;
    private List<Wait> waits = [];

    /// <summary>The blocked jobs, the longest waiting first.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<JobStanding> Jobs { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (gathered is null || !gathered.SequenceEqual(Jobs, ReferenceEqualityComparer.Instance))
        {
            gathered = Jobs;
            waits =
            [
                .. Jobs.GroupBy(standing => Wait.For(standing.Tick))
                    .Select(group => new Wait(group.Key.Cause, group.Key.Kind, group.Max(standing => standing.Tick?.LockTakenOverFrom), [.. group]))
                    .OrderByDescending(wait => wait.Jobs.Count),
            ];
        }
    }

    private static string Count(Wait wait) => wait.Jobs.Count == 1 ? "1 job" : $"{wait.Jobs.Count} jobs";

    private static string Words(WaitKind kind) => kind switch
    {
        WaitKind.Lock => "behind the lock of",
        WaitKind.Death => "because every tick dies at",
        WaitKind.Parent => "for",
        _ => "because no tick does anything: the configuration has no run order",
    };

    private enum WaitKind
    {
        Lock,
        Death,
        Parent,
        Configuration,
    }

    private sealed record Wait(string? Cause, WaitKind Kind, DateTimeOffset? Until, IReadOnlyList<JobStanding> Jobs)
    {
        public static (string? Cause, WaitKind Kind) For(JobTick? tick) => tick switch
        {
            { StarvedBy: { } by, LockTakenOverFrom: not null } => (by, WaitKind.Lock),
            { StarvedBy: { } by } => (by, WaitKind.Death),
            { Outcome: TickOutcome.NoTick } or null => (tick?.Root, WaitKind.Configuration),
            _ => (tick.ParentRoot ?? tick.Root ?? tick.Parent?.Parent, WaitKind.Parent),
        };
    }
}
