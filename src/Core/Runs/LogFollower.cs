namespace Dashboard.Core.Runs;

/// <summary>What is remembered of one log between readings, and how it is read on from there.</summary>
internal abstract class LogFollower
{
    /// <summary>The runs gathered so far.</summary>
    public RecentRuns Runs { get; } = new();

    /// <summary>Whether what is remembered no longer fits the log, so that it has to be read anew.</summary>
    public abstract bool IsLost(LogShape shape);

    /// <summary>Reads the log backwards in growing steps; yields after each, so that the first can be shown while the others are read.</summary>
    /// <param name="queries">The log's queries.</param>
    /// <param name="shape">The log now.</param>
    /// <param name="enough">Whether what was gathered is enough.</param>
    /// <param name="cancellationToken">To stop.</param>
    public abstract IAsyncEnumerable<RecentRuns> StartAsync(RunQueries queries, LogShape shape, Func<RecentRuns, bool> enough, CancellationToken cancellationToken);

    /// <summary>Reads what was written since.</summary>
    /// <param name="queries">The log's queries.</param>
    /// <param name="shape">The log now.</param>
    /// <param name="thorough">Whether the log is known to have changed; otherwise something else did, and a look at the very end is enough.</param>
    /// <param name="cancellationToken">To stop.</param>
    public abstract Task FollowAsync(RunQueries queries, LogShape shape, bool thorough, CancellationToken cancellationToken);
}
