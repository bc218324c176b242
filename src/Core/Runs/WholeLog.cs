using System.Runtime.CompilerServices;

namespace Dashboard.Core.Runs;

/// <summary>A log that is no table, a view or a partitioned one, whose newest rows the planner finds with little work: they are read each time.</summary>
internal sealed class WholeLog : LogFollower
{
    /// <inheritdoc/>
    public override bool IsLost(LogShape shape) => shape.Reach != LogReach.Whole;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<RecentRuns> StartAsync(
        RunQueries queries, LogShape shape, Func<RecentRuns, bool> enough, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await FollowAsync(queries, shape, thorough: true, cancellationToken);
        yield return Runs;
    }

    /// <inheritdoc/>
    public override async Task FollowAsync(RunQueries queries, LogShape shape, bool thorough, CancellationToken cancellationToken)
    {
        var newest = await queries.NewestAsync(shape, cancellationToken);
        Runs.Add(newest);
        Runs.Whole = newest.Count < RunQueries.MostRows;
    }
}
