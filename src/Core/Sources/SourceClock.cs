namespace Dashboard.Core.Sources;

/// <summary>Which moment what is shown of a source is judged at.</summary>
internal static class SourceClock
{
    /// <summary>
    /// The database's time while the source is live. While it is out of reach the clock stands still at its last answer: nobody knows whether what was
    /// due then has started since. Null before the first reading.
    /// </summary>
    public static DateTimeOffset? Now(SourceStatus status, DateTimeOffset? readAt, DateTimeOffset ours) =>
        readAt is null ? null : status.State == SourceState.Live ? status.DatabaseTime(ours) : status.AsOf > readAt ? status.AsOf : readAt;
}
