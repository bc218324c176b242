using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Core.Verdicts.Simulation;

namespace Dashboard.Core.Verdicts.Replay;

/// <summary>People were called.</summary>
/// <param name="At">When.</param>
/// <param name="Root">For what.</param>
/// <param name="Jobs">The jobs it was said to be about: where the remedy helps, not those that merely wait. Empty for the scheduler.</param>
/// <param name="IsTicket">Whether it was for working hours.</param>
public sealed record Call(DateTimeOffset At, string Root, IReadOnlyList<string> Jobs, bool IsTicket)
{
    private readonly Dictionary<string, DateTimeOffset> named = Jobs.ToDictionary(job => job, _ => At, StringComparer.Ordinal);

    /// <summary>When it was let go; null while it stands.</summary>
    public DateTimeOffset? Until { get; private set; }

    /// <summary>From when on it named a job: a trouble that joins it is said to those who were called. Null when it never did.</summary>
    public DateTimeOffset? Named(string job) => named.TryGetValue(job, out var at) ? at : null;

    internal void Names(DateTimeOffset now, IReadOnlyList<string> jobs)
    {
        foreach (var job in jobs)
        {
            named.TryAdd(job, now);
        }
    }

    internal void LetGo(DateTimeOffset now) => Until = now;
}

/// <summary>What a policy says of a trouble.</summary>
internal enum CallKind
{
    /// <summary>Get up.</summary>
    Page,

    /// <summary>In working hours.</summary>
    Ticket,

    /// <summary>It was paged, and is not resolved yet.</summary>
    Recovering,
}

/// <summary>Whom a policy has called and not yet let go: the same trouble is not called for twice while it lasts.</summary>
internal sealed class Calling
{
    private Dictionary<string, Call> standing = new(StringComparer.Ordinal);

    public List<Call> Calls { get; } = [];

    public void At(DateTimeOffset now, IEnumerable<(string Root, IReadOnlyList<string> Jobs, CallKind Kind)> troubles)
    {
        Dictionary<string, Call> next = new(StringComparer.Ordinal);
        foreach (var (root, jobs, kind) in troubles)
        {
            var isTicket = kind == CallKind.Ticket;
            var key = (isTicket ? "ticket " : "page ") + root;
            if (standing.TryGetValue(key, out var call))
            {
                // Not resolved yet: it is no new page when it fails again.
                call.Names(now, jobs);
                next[key] = call;
            }
            else if (kind != CallKind.Recovering && !next.ContainsKey(key))
            {
                Calls.Add(next[key] = new Call(now, root, jobs, isTicket));
            }
        }

        foreach (var (key, call) in standing)
        {
            if (!next.ContainsKey(key))
            {
                call.LetGo(now);
            }
        }

        standing = next;
    }
}

/// <summary>Policies that others page by, told of the same facts.</summary>
internal static class Rivals
{
    /// <summary>crontabber's <c>--nagios</c>: critical at any failure but the first of a backfill job, which is a warning.</summary>
    public static IEnumerable<string> Nagios(SimulatedWorld world, IReadOnlyDictionary<string, Job> rows) =>
        world.Jobs.Where(job => rows.GetValueOrDefault(job.Name) is { ErrorCount: > 0 } row && !(row.ErrorCount == 1 && job.Backfills)).Select(job => job.Name);

    /// <summary>Three failures in a row.</summary>
    public static IEnumerable<string> ThreeInARow(SimulatedWorld world, IReadOnlyDictionary<string, Job> rows) =>
        world.Jobs.Where(job => rows.GetValueOrDefault(job.Name) is { ErrorCount: >= 3 }).Select(job => job.Name);

    /// <summary>No success in the time of two runs, at least an hour.</summary>
    public static IEnumerable<string> NoneInTwoRuns(VerdictFacts facts, DateTimeOffset now)
    {
        foreach (var standing in facts.Standings.Jobs)
        {
            var good = standing.History.Runs.FirstOrDefault(run => run.Outcome == RunOutcome.Success);
            if (good is not null && Deadlines.Tolerance(standing, Usual) is { } tolerance && good.LogTime - (good.Duration ?? TimeSpan.Zero) + tolerance < now)
            {
                yield return standing.Job.Name;
            }
        }
    }

    private static readonly VerdictSettings Usual = new();
}
