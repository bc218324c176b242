using Dashboard.Core.Jobs;

namespace Dashboard.Core.Runs;

/// <summary>
/// From when on a lock counts as left behind. What is measured is the time since the run was last heard of: a catch-up writes a row for each slot
/// it has done while it goes on holding its lock, so a hundred slots may take a hundred times the length of one.
/// </summary>
public static class StuckLockRule
{
    /// <summary>A lock younger than this is never called stuck: short jobs vary.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(30);

    /// <summary>A lock older than this is called stuck when no run is known to compare it with.</summary>
    public static readonly TimeSpan WithoutHistory = TimeSpan.FromHours(2);

    /// <summary>The moment after which the lock is called stuck.</summary>
    public static DateTimeOffset From(DateTimeOffset locked, JobHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var heard = history.Runs.Count > 0 && history.Runs[0].LogTime > locked ? history.Runs[0].LogTime : locked;
        var allowed = Allowed(history);
        return DateTimeOffset.MaxValue - heard > allowed ? heard + allowed : DateTimeOffset.MaxValue;
    }

    // Three times what 95 of 100 runs keep to, but never less than half an hour.
    private static TimeSpan Allowed(JobHistory history) => history.LongDuration switch
    {
        null => WithoutHistory,
        { } p95 when p95 > Shortest / 3 => p95 * 3,
        _ => Shortest,
    };
}
