using Dashboard.Core.Failures;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Stores.Health;

/// <summary>What waits for a store now: operations whose last attempt failed and that are tried again, in any program that tells the dashboard of its retries.</summary>
/// <param name="Count">How many.</param>
/// <param name="Since">When the oldest of them failed first.</param>
/// <param name="Attempts">How often that one failed so far.</param>
/// <param name="NextAttemptAt">When it is tried again; null while a try is under way.</param>
/// <param name="Who">Whose it is: the job, else the program.</param>
/// <param name="Class">The class of its newest failure; null when none was told.</param>
/// <param name="Error">The newest failure, in words without secrets.</param>
public sealed record StoreWaiting(int Count, DateTimeOffset Since, int Attempts, DateTimeOffset? NextAttemptAt, string Who, FailureClass? Class, string Error)
{
    /// <summary>What waits for a resource; null when nothing does. Pure.</summary>
    public static StoreWaiting? For(string? resource, RetriesSnapshot retries)
    {
        ArgumentNullException.ThrowIfNull(retries);
        return Of([.. retries.Resources.Where(lane => lane.Resource == resource).SelectMany(lane => lane.Open)]);
    }

    /// <summary>What waits for each resource something waits for. Pure.</summary>
    public static IReadOnlyDictionary<string, StoreWaiting> All(RetriesSnapshot retries)
    {
        ArgumentNullException.ThrowIfNull(retries);
        var waits = new Dictionary<string, StoreWaiting>(StringComparer.Ordinal);
        foreach (var lanes in retries.Resources.GroupBy(lane => lane.Resource, StringComparer.Ordinal))
        {
            if (Of([.. lanes.SelectMany(lane => lane.Open)]) is { } waiting)
            {
                waits.Add(lanes.Key, waiting);
            }
        }

        return waits;
    }

    private static StoreWaiting? Of(IReadOnlyList<RetryStreak> open) =>
        open.MinBy(streak => streak.StartedAt) is not { } oldest ? null : new StoreWaiting(
            open.Count,
            oldest.StartedAt,
            oldest.Attempts,
            oldest.NextAttemptAt,
            oldest.AppName ?? oldest.Who.Process,
            oldest.Class,
            oldest.ExceptionValue is { Length: > 0 } words ? $"{oldest.ExceptionType}: {words}" : oldest.ExceptionType ?? "");
}
