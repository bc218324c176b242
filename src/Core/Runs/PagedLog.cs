using System.Runtime.CompilerServices;

namespace Dashboard.Core.Runs;

/// <summary>
/// A log without an index, followed by its pages. New rows are nearly always at the end; with several writers they lie up to hundreds of
/// pages before it, and after a trim and a vacuum anywhere at all. So: a wide window at the end, a few small ones where rows turned up
/// elsewhere, and a slow round over all the pages that finds the rest.
/// </summary>
internal sealed class PagedLog(int budget, TimeProvider clock) : LogFollower
{
    /// <summary>The window at the end: with eight writers the last 64 pages missed rows, 1,000 missed none.</summary>
    public const uint Wide = 1_000;

    /// <summary>The window when only something else than the log is known to have changed.</summary>
    public const uint Narrow = 64;

    /// <summary>How many of the newest ids are asked for again whoever wrote them: without versions of rows, an id may become visible this many after a greater one.</summary>
    public const long Overlap = 500;

    private const uint FirstStep = 64;
    private const uint LongestStep = 1_024;
    private const uint ShortestRoundStep = 256;
    private const uint RoundSteps = 200;
    private const int MostReused = 4;
    private static readonly TimeSpan RoundPause = TimeSpan.FromSeconds(1);

    private readonly List<uint> reused = [];
    private uint file;
    private uint pages;
    private uint roundAt;
    private LogMark mark;
    private LogMark roundMark;
    private LogMark nextRoundMark;
    private long roundStepped;

    /// <inheritdoc/>
    public override bool IsLost(LogShape shape) =>
        shape.Reach != LogReach.Pages || shape.File != file || shape.Pages < pages || shape.Pages - pages > Math.Max(Wide, (uint)budget);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<RecentRuns> StartAsync(
        RunQueries queries, LogShape shape, Func<RecentRuns, bool> enough, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        file = shape.File;
        pages = shape.Pages;
        var step = FirstStep;
        var from = pages;
        for (var spent = 0u; from > 0 && spent < budget && !enough(Runs); spent += step, step = Math.Min(step * 4, LongestStep))
        {
            uint? to = from == pages ? null : from;
            step = Math.Min(step, (uint)budget - spent);
            from = from > step ? from - step : 0;
            Runs.Add(await queries.OnPagesAsync(shape, from, to, LogMark.Beginning, Runs.Full(), cancellationToken));

            // The rows of full jobs were left out above; one page without that tells how far back this was.
            Runs.Add(await queries.OnPagesAsync(shape, from, from + 1, LogMark.Beginning, [], cancellationToken));
            Runs.Whole = from == 0;
            yield return Runs;
        }

        Runs.Whole = from == 0;
        mark = roundMark = nextRoundMark = LogMark.Of(Runs.NewestId, shape);
        roundStepped = clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public override async Task FollowAsync(RunQueries queries, LogShape shape, bool thorough, CancellationToken cancellationToken)
    {
        var since = mark;
        var end = Math.Min(pages, shape.Pages);
        var window = thorough || shape.Pages != pages ? Wide : Narrow;
        var tail = end > window ? end - window : 0;
        Runs.Add(await queries.OnPagesAsync(shape, tail, to: null, since, [], cancellationToken, Runs.SeenAbove(since.Id)));
        foreach (var page in reused.ToArray())
        {
            Remember(Runs.Add(await queries.OnPagesAsync(shape, page, page + Narrow, since, [], cancellationToken)), tail);
        }

        pages = shape.Pages;
        if (window == Wide)
        {
            mark = LogMark.Of(Runs.NewestId, shape);
        }

        if (clock.GetElapsedTime(roundStepped) >= RoundPause)
        {
            roundStepped = clock.GetTimestamp();
            await StepAsync(queries, shape, tail, cancellationToken);
        }
    }

    // One step of the round over all pages before the window. A round looks for ids that came after the one before it began.
    private async Task StepAsync(RunQueries queries, LogShape shape, uint tail, CancellationToken cancellationToken)
    {
        if (roundAt >= tail)
        {
            roundAt = 0;
            roundMark = nextRoundMark;
            nextRoundMark = mark;
        }

        if (tail == 0)
        {
            return;
        }

        var to = Math.Min(roundAt + Math.Max(ShortestRoundStep, tail / RoundSteps), tail);
        Remember(Runs.Add(await queries.OnPagesAsync(shape, roundAt, to, roundMark, [], cancellationToken)), tail);
        roundAt = to;
    }

    // Where a row turned up, the next ones will: the writer fills the page, then the ones after it.
    private void Remember(IReadOnlyList<Run> found, uint tail)
    {
        foreach (var page in found.Where(run => run.Place!.Block < tail).OrderBy(run => run.Id).Select(run => run.Place!.Block).Distinct())
        {
            reused.RemoveAll(known => page >= known && page < known + Narrow);
            reused.Add(page);
        }

        reused.RemoveRange(0, Math.Max(0, reused.Count - MostReused));
    }
}
