using Dashboard.Core.Failures;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Runs;

/// <summary>
/// Records the rows of one log that nobody follows any more: backwards from its end, a few pages at a time. Where it has come to is kept with what it
/// recorded, so it goes on there after a restart; before that it looks for what was written meanwhile, wherever in the log that lies.
/// </summary>
internal sealed class RunWalk(string source, RunRecordStore store, FrameRule frames, RunOptions options)
{
    // What came at most so many ids before the newest may not have been found yet in some old page.
    private const long Lag = 10_000;
    private const long IdsAtOnce = 4_000;
    private const uint CatchUpFactor = 4;

    // Rows lie in the order of time but for what several writers and reused pages do to it.
    private static readonly TimeSpan Disorder = TimeSpan.FromDays(1);

    private (ObservedSource Observed, ObservedRelation Log)? place;
    private RunQueries? queries;
    private LogShape? shape;
    private WalkState? state;
    private DateTimeOffset limit;
    private CatchUp? catchUp;

    /// <summary>Whether there is nothing left to do.</summary>
    public bool Done => state is { Place: 0 } && catchUp is null;

    /// <summary>Whether what was written while nobody followed the log is still being looked for.</summary>
    public bool IsBehind => state is null || catchUp is not null;

    /// <summary>Looks where the log stands now and where the records do. To be called at the start and whenever something may have been missed.</summary>
    public async Task BeginAsync(ObservedSource observed, ObservedRelation log, CancellationToken cancellationToken)
    {
        place = (observed, log);
        queries = new RunQueries(observed, log, LogRow.RecordedText);
        shape = await queries.ShapeAsync(cancellationToken);
        var before = await store.WalkAsync(source, cancellationToken);
        if (shape.Reach == LogReach.Whole)
        {
            var all = await queries.NewestAsync(shape, cancellationToken);
            limit = Limit(all);
            await RecordAsync(all, new WalkState(shape.File, Newest(all), 0, 1, Oldest(all) ?? before?.Since, all.Count < RunQueries.MostRows), cancellationToken);
            return;
        }

        if (shape.Reach == LogReach.Nothing)
        {
            state = new WalkState(shape.File, 0, 0, 1, null, Whole: false);
            return;
        }

        var end = await EndAsync(cancellationToken);
        var newest = Newest(end);
        limit = Limit(end);
        var last = shape.Reach == LogReach.Index ? newest + 1 : shape.Pages;
        var given = await queries.LastGivenAsync(cancellationToken);
        if (before is null || before.File != shape.File || (given ?? newest) < before.Newest)
        {
            // Another log, or the same one rewritten: what lies where and which ids were seen means nothing any more.
            state = new WalkState(shape.File, newest, last, Math.Max(last, 1), null, Whole: last == 0);
            catchUp = null;
        }
        else
        {
            state = shape.Reach == LogReach.Pages && before.Place > last ? before with { Place = last } : before;
            catchUp = new CatchUp(last, before.Newest, given);
        }
    }

    /// <summary>Records what a follower of the log has read.</summary>
    /// <returns>How many were new.</returns>
    public async Task<int> RecordAsync(IReadOnlyList<Run> offered, CancellationToken cancellationToken)
    {
        if (queries is null || shape is null || offered.Count == 0)
        {
            return 0;
        }

        if (shape.Reach == LogReach.Whole)
        {
            return await RecordAsync(await queries.NewestAsync(shape, cancellationToken), null, cancellationToken);
        }

        // A list is read without tracebacks; those that failed are looked at again where they lie.
        var failed = offered.Where(run => run.Error is not null).ToArray();
        IReadOnlyList<Run> again = failed.Length == 0 ? [] : await queries.AgainAsync(shape, failed, cancellationToken);
        var whole = again.ToLookup(run => (run.Id, run.LogTime));
        var runs = offered.Select(run => run.Error is null ? run : whole[(run.Id, run.LogTime)].FirstOrDefault() ?? run).ToArray();
        var newest = offered.Max(run => run.Id) - Lag;
        return await RecordAsync(runs, catchUp is null && state is { } now && newest > now.Newest ? now with { Newest = newest } : null, cancellationToken);
    }

    /// <summary>Does a little of what is left.</summary>
    /// <returns>How many runs were new.</returns>
    public async Task<int> StepAsync(CancellationToken cancellationToken)
    {
        if (queries is null || state is null || shape is null || Done)
        {
            return 0;
        }

        var now = await queries.ShapeAsync(cancellationToken);
        if ((now.Reach, now.File) != (shape.Reach, shape.File))
        {
            // Rewritten on the way: the rows lie elsewhere now.
            await BeginAsync(place!.Value.Observed, place.Value.Log, cancellationToken);
            return 0;
        }

        return catchUp is { } behind ? await CatchUpAsync(behind, state, cancellationToken) : await BackAsync(state, cancellationToken);
    }

    // What was written since, from the end of the log back to where the walk is anyway.
    private async Task<int> CatchUpAsync(CatchUp behind, WalkState now, CancellationToken cancellationToken)
    {
        var step = shape!.Reach == LogReach.Index ? IdsAtOnce : options.RecordPages * CatchUpFactor;
        var floor = shape.Reach == LogReach.Index ? Math.Max(behind.Floor - PagedLog.Overlap, 0) : now.Place;
        var from = Math.Max(behind.Place - step, floor);
        var runs = behind.Place <= floor ? [] : shape.Reach == LogReach.Index
            ? await queries!.WithIdsAsync(shape, from, behind.Place, [], cancellationToken)
            : await queries!.OnPagesAsync(shape, (uint)from, behind.Place == shape.Pages ? null : (uint)behind.Place, new LogMark(behind.Floor - PagedLog.Overlap, null), [], cancellationToken);
        behind.Found.UnionWith(runs.Select(run => run.Id).Where(id => id > behind.Floor));

        // With every id that was ever given out found there is no need to look into the older pages.
        if (from > floor && !(behind.Given is { } given && behind.Found.Count(id => id <= given) == given - behind.Floor))
        {
            var added = await RecordAsync(runs, null, cancellationToken);
            catchUp = behind with { Place = from };
            return added;
        }

        var last = await RecordAsync(runs, now with { Newest = behind.Found.Append(now.Newest).Max() }, cancellationToken);
        catchUp = null;
        return last;
    }

    private async Task<int> BackAsync(WalkState now, CancellationToken cancellationToken)
    {
        IReadOnlyList<Run> runs;
        long from;
        if (shape!.Reach == LogReach.Index)
        {
            // Ids have gaps as wide as they like: each step begins at an id that exists.
            var last = await queries!.NewestIdAsync(now.Place, cancellationToken) ?? 0;
            from = Math.Max(last + 1 - IdsAtOnce, 0);
            runs = last == 0 ? [] : await queries.WithIdsAsync(shape, from, last + 1, [], cancellationToken);
        }
        else
        {
            from = Math.Max(now.Place - options.RecordPages, 0);
            runs = await queries!.OnPagesAsync(shape, (uint)from, now.Place == now.Span ? null : (uint)now.Place, LogMark.Beginning, [], cancellationToken);
        }

        var old = runs.Count > 0 && limit - DateTimeOffset.MinValue > Disorder && runs.All(run => run.LogTime < limit - Disorder);
        var since = runs.Where(run => run.LogTime >= limit).Select(run => (DateTimeOffset?)run.LogTime).Min();
        return await RecordAsync(
            runs,
            now with { Place = old ? 0 : from, Since = since is null || now.Since < since ? now.Since : since, Whole = !old && from == 0 && runs.All(run => run.LogTime >= limit) },
            cancellationToken);
    }

    private async Task<int> RecordAsync(IReadOnlyList<Run> runs, WalkState? next, CancellationToken cancellationToken)
    {
        var added = await store.RecordAsync(source, RunToRecord.Of(runs.Where(run => run.LogTime >= limit), frames), next, cancellationToken);
        state = next ?? state;
        return added;
    }

    private async Task<IReadOnlyList<Run>> EndAsync(CancellationToken cancellationToken)
    {
        if (shape!.Reach == LogReach.Index)
        {
            var newest = await queries!.NewestIdAsync(long.MaxValue, cancellationToken) ?? 0;
            return newest == 0 ? [] : await queries.WithIdsAsync(shape, newest, newest + 1, [], cancellationToken);
        }

        return await queries!.OnPagesAsync(shape, shape.Pages > PagedLog.Narrow ? shape.Pages - PagedLog.Narrow : 0, null, LogMark.Beginning, [], cancellationToken);
    }

    // Measured from the newest run, not from the clock: a log that stopped years ago is kept as well.
    private DateTimeOffset Limit(IReadOnlyList<Run> end)
    {
        var newest = end.Select(run => run.LogTime).Where(at => at <= shape!.AsOf).DefaultIfEmpty(shape!.AsOf).Max();
        return newest - DateTimeOffset.MinValue > TimeSpan.FromDays(options.KeepDays) ? newest - TimeSpan.FromDays(options.KeepDays) : DateTimeOffset.MinValue;
    }

    private static long Newest(IReadOnlyList<Run> runs) => runs.Count == 0 ? 0 : runs.Max(run => run.Id);

    private static DateTimeOffset? Oldest(IReadOnlyList<Run> runs) => runs.Count == 0 ? null : runs.Min(run => run.LogTime);

    /// <summary>What is looked for after a time away.</summary>
    /// <param name="Place">The page, or id, before which it goes on.</param>
    /// <param name="Floor">Ids above this.</param>
    /// <param name="Given">The last id the log's sequence had given; null when that is not known.</param>
    private sealed record CatchUp(long Place, long Floor, long? Given)
    {
        public HashSet<long> Found { get; init; } = [];
    }
}
