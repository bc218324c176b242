namespace Dashboard.Core.Runs;

/// <summary>One search for a page of a job's runs, in each of the ways a log can be searched, within its limits of work.</summary>
internal sealed class RunSearch(RunQueries newest, RunHistoryQueries queries, LogShape shape, RunPageRequest request, TimeProvider clock)
{
    /// <summary>How many pages of the table one request may look at: 16 MB.</summary>
    public const uint MostPages = 2_000;

    /// <summary>How many rows of an index one request may look at.</summary>
    public const int MostIds = 120_000;

    /// <summary>How many of the job's own rows one request may look at for those that pass the filter.</summary>
    public const int MostOwnRows = 5_000;

    /// <summary>After this no further step is begun.</summary>
    public static readonly TimeSpan LongestWork = TimeSpan.FromMilliseconds(120);

    private const uint FirstStep = 128;
    private const uint LongestStep = 512;
    private const uint LongestNamedStep = 32;
    private const int FirstIds = 8_000;
    private const int RowsOnAPage = 60;

    // Rows lie in the order of time but for what several writers and reused pages do to it.
    private static readonly TimeSpan Disorder = TimeSpan.FromDays(1);

    private readonly long began = clock.GetTimestamp();
    private readonly List<Run> found = [];

    /// <summary>How the log can be reached.</summary>
    public LogReach Reach => shape.Reach;

    private int Wanted => request.Size - found.Count;

    private bool IsSpent => clock.GetElapsedTime(began) >= LongestWork;

    private long Before => request.Cursor?.Id ?? long.MaxValue;

    /// <summary>Down the index on (app_name, id): every row looked at is the job's.</summary>
    public async Task<RunPage> ByJobAsync(CancellationToken cancellationToken)
    {
        var before = Before;
        for (var looked = 0; looked < MostOwnRows && !(looked > 0 && IsSpent);)
        {
            var limit = request.Outcome is null && looked == 0 ? Wanted + 1 : 500;
            var rows = await queries.ByJobAsync(shape, request.Job, before, limit, cancellationToken);
            looked += limit;
            foreach (var run in rows)
            {
                if (Wanted == 0)
                {
                    return Page(new RunCursor(before, null), null);
                }

                before = run.Id;
                if (request.Since is { } since && run.LogTime < since - Disorder)
                {
                    return Page(null, null);
                }

                if (Passes(run))
                {
                    found.Add(run);
                }
            }

            if (rows.Count < limit)
            {
                return Page(null, null);
            }

            if (Wanted == 0 || looked >= MostOwnRows || IsSpent)
            {
                return Page(new RunCursor(before, null), rows[^1].LogTime);
            }
        }

        return Page(new RunCursor(before, null), null);
    }

    /// <summary>Down the index on id, a range at a time, through the rows of all jobs.</summary>
    public async Task<RunPage> ByIdAsync(CancellationToken cancellationToken)
    {
        var before = Before;
        var step = FirstIds;
        DateTimeOffset? lookedBackTo = null;
        for (var looked = 0; looked == 0 || (looked < MostIds && !IsSpent); looked += step, step = Math.Min(step * 2, MostIds / 4))
        {
            if (await newest.NewestIdAsync(before, cancellationToken) is not { } last)
            {
                return Page(null, null);
            }

            var from = last - step + 1;
            found.AddRange(await queries.ByIdsAsync(shape, request, from, last + 1, Wanted, cancellationToken));
            if (Wanted == 0)
            {
                return Page(new RunCursor(found[^1].Id, null), null);
            }

            before = from;
            lookedBackTo = Oldest(await newest.WithIdsAsync(shape, from, from + RowsOnAPage, [], cancellationToken)) ?? lookedBackTo;
            if (request.Since is { } since && lookedBackTo < since - Disorder)
            {
                return Page(null, null);
            }
        }

        return Page(new RunCursor(before, null), lookedBackTo);
    }

    /// <summary>Backwards through the pages of a table that has no index. The order is that of the places; each page of history is sorted by id.</summary>
    public async Task<RunPage> ByPagesAsync(CancellationToken cancellationToken)
    {
        // After a rewrite places mean nothing; ids still do.
        var known = request.Cursor?.Place is { } place && place.File == shape.File ? place : null;
        var to = known ?? new RunPlace(shape.File, uint.MaxValue, 0);
        var before = known is null ? Before : long.MaxValue;
        var end = Math.Min(to.Block, shape.Pages);
        var longest = queries.HasRanges ? LongestStep : LongestNamedStep;
        var step = Math.Min(FirstStep, longest);
        DateTimeOffset? lookedBackTo = null;
        for (var looked = 0u; looked == 0 || (looked < MostPages && !IsSpent); looked += step, step = Math.Min(step * 2, longest))
        {
            var from = end >= step ? end - step + 1 : 0;
            found.AddRange(await queries.OnPagesAsync(shape, request, from, queries.HasRanges ? to : to with { Block = Math.Min(to.Block, shape.Pages + 1) }, before, Wanted, cancellationToken));
            if (Wanted == 0)
            {
                return Page(new RunCursor(found.Min(run => run.Id), found[^1].Place), null);
            }

            if (from == 0)
            {
                return Page(null, null);
            }

            lookedBackTo = Oldest(await newest.OnPagesAsync(shape, from, from + 1, LogMark.Beginning, [], cancellationToken)) ?? lookedBackTo;
            to = new RunPlace(shape.File, from, 0);
            end = from - 1;
            if (request.Since is { } since && lookedBackTo < since - Disorder)
            {
                return Page(null, null);
            }
        }

        return Page(new RunCursor(found.Count > 0 ? found.Min(run => run.Id) : Before, to), lookedBackTo);
    }

    /// <summary>In one statement, where all of the log is little work.</summary>
    public async Task<RunPage> InAllAsync(CancellationToken cancellationToken)
    {
        found.AddRange(await queries.InAllAsync(shape, request, Before, Wanted, cancellationToken));
        return Page(Wanted == 0 ? new RunCursor(found[^1].Id, null) : null, null);
    }

    /// <summary>A run by its id alone in a table that has no index: ids grow with the pages, so the page is guessed by halving, and its neighbourhood read.</summary>
    public static async Task<Run?> ById(RunHistoryQueries queries, LogShape shape, long id, CancellationToken cancellationToken)
    {
        if (!queries.HasRanges)
        {
            return null;
        }

        uint low = 0, high = shape.Pages;
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (await queries.FirstIdOnPageAsync(middle, cancellationToken) is { } first && first <= id)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return await queries.IdOnPagesAsync(shape, id, low > MostPages / 2 ? low - (MostPages / 2) : 0, low + (MostPages / 2), cancellationToken);
    }

    private static DateTimeOffset? Oldest(IReadOnlyList<Run> runs) => runs.Count == 0 ? null : runs.Min(run => run.LogTime);

    private bool Passes(Run run) =>
        (request.Outcome is null || run.Outcome == request.Outcome)
        && (request.Since is null || run.LogTime >= request.Since) && (request.Until is null || run.LogTime < request.Until);

    private RunPage Page(RunCursor? older, DateTimeOffset? lookedBackTo) =>
        new() { Runs = [.. found.OrderByDescending(run => run.Id)], Older = older, LookedBackTo = lookedBackTo };
}
