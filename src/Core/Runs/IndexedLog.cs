using System.Runtime.CompilerServices;

namespace Dashboard.Core.Runs;

/// <summary>A log with an index on id, Socorro's, followed down that index.</summary>
internal sealed class IndexedLog(int budget) : LogFollower
{
    private const long FirstStep = 4_000;
    private const long LongestStep = 64_000;
    private const int RowsOnAPage = 60;

    private uint file;
    private LogMark mark;

    /// <inheritdoc/>
    public override bool IsLost(LogShape shape) => shape.Reach != LogReach.Index || shape.File != file;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<RecentRuns> StartAsync(
        RunQueries queries, LogShape shape, Func<RecentRuns, bool> enough, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        file = shape.File;
        mark = LogMark.Of(0, shape);
        var before = long.MaxValue;
        var step = FirstStep;
        for (var left = (long)budget * RowsOnAPage; left > 0 && !enough(Runs); left -= step, step = Math.Min(step * 4, LongestStep))
        {
            // Ids have gaps as wide as they like: each step begins at an id that exists.
            if (await queries.NewestIdAsync(before, cancellationToken) is not { } newest)
            {
                Runs.Whole = true;
                yield return Runs;
                yield break;
            }

            before = newest - step + 1;
            Runs.Add(await queries.WithIdsAsync(shape, before, newest + 1, Runs.Full(), cancellationToken));
            Runs.Add(await queries.WithIdsAsync(shape, before, before + RowsOnAPage, [], cancellationToken));
            yield return Runs;
        }
    }

    /// <inheritdoc/>
    public override async Task FollowAsync(RunQueries queries, LogShape shape, bool thorough, CancellationToken cancellationToken)
    {
        var newest = await queries.NewestIdAsync(long.MaxValue, cancellationToken) ?? 0;
        var since = mark with { Id = Math.Max(Runs.NewestId, newest - LongestStep) - PagedLog.Overlap };
        Runs.Add(await queries.SinceAsync(shape, since, newest + 1, cancellationToken));
        mark = LogMark.Of(Runs.NewestId, shape);
    }
}
