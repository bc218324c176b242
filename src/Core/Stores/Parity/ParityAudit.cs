using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Parity;

/// <summary>
/// Compares two stores: both are listed completely, in the order of ids, side by side, so that memory holds a page and the ids in doubt, not a day; of what both have a random part is read and
/// compared. What seems missing or different is looked at once more, after <see cref="ParityPlan.Settle"/>, before it is said, for stores are written to meanwhile.
/// </summary>
/// <param name="source">The one that is taken to be right.</param>
/// <param name="target">The one that is to be the same.</param>
/// <param name="clock">By which it waits; null for the system's.</param>
public sealed class ParityAudit(ICrashStore source, ICrashStore target, TimeProvider? clock = null)
{
    private const string Salts = "0123456789abcdef";

    // A thing costs so many times more to be asked for than to be listed with others.
    private const int ListingIsCheaper = 40;

    // So many are read at once, and so many of them wait at most.
    private const int ReadAtOnce = 8;
    private const int MostWaiting = 256;

    /// <summary>Compares.</summary>
    /// <param name="plan">What.</param>
    /// <param name="progress">Told each day that is done; null for nobody. Where all days are listed together they are all done at the end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NotSupportedException">One of the stores cannot list what it keeps.</exception>
    public async Task<ParityReport> RunAsync(ParityPlan plan, IProgress<DateOnly>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (!source.Does(StoreCapabilities.Enumerate) || !target.Does(StoreCapabilities.Enumerate))
        {
            throw new NotSupportedException($"{(source.Does(StoreCapabilities.Enumerate) ? target : source).Name} cannot list what it keeps.");
        }

        var counts = new ParityCounts(plan);
        var reads = new List<ParityRead>();
        var doubtful = new List<Doubt>();
        var listed = false;
        if (source.Listing is { } mine && target.Listing is { } its)
        {
            var (left, right) = await BothAsync(mine.LookAsync(cancellationToken).AsTask(), its.LookAsync(cancellationToken).AsTask());
            listed = IsWorth(left, plan) && IsWorth(right, plan);
            if (listed)
            {
                await ByListingAsync(new ListedSide(mine, left), new ListedSide(its, right), plan, counts, reads, doubtful, cancellationToken);
            }
        }

        for (var day = plan.From; !listed && day <= plan.To; day = day.AddDays(1))
        {
            foreach (var salt in Salts)
            {
                await ByCrashAsync(day, salt, counts, reads, doubtful, cancellationToken);
            }

            await SettleAsync(plan, counts, reads, doubtful, cancellationToken);
            progress?.Report(day);
        }

        foreach (var read in counts.Least())
        {
            await ReadAsync(read, counts, reads, cancellationToken);
        }

        await ReadAsync(counts, reads, cancellationToken);
        for (var day = plan.From; listed && day <= plan.To; day = day.AddDays(1))
        {
            progress?.Report(day);
        }

        return counts.Report(source.Resource, target.Resource);
    }

    private static bool IsWorth(ListedLayout layout, ParityPlan plan) => layout.Days is not { } days || days <= (plan.To.DayNumber - plan.From.DayNumber + 1) * ListingIsCheaper;

    // Kind by kind: what is the same in both listings costs nothing more. While one part is compared both stores are asked for the first page of the next.
    private async Task ByListingAsync(ListedSide mine, ListedSide its, ParityPlan plan, ParityCounts counts, List<ParityRead> reads, List<Doubt> doubtful, CancellationToken cancellationToken)
    {
        var parts = Parts(mine.Layout, its.Layout, plan).ToList();
        ListedPair? ahead = null;
        try
        {
            for (var at = 0; at < parts.Count; at++)
            {
                await using var part = ahead ?? new ListedPair(mine, its, parts[at], cancellationToken);
                ahead = at + 1 < parts.Count ? new ListedPair(mine, its, parts[at + 1], cancellationToken) : null;
                await foreach (var (left, right) in part.EachAsync())
                {
                    await CompareAsync(parts[at].Item, left, right, counts, reads, doubtful, cancellationToken);
                }

                await SettleAsync(plan, counts, reads, doubtful, cancellationToken);
            }
        }
        finally
        {
            if (ahead is not null)
            {
                await ahead.DisposeAsync();
            }
        }
    }

    // Where both keep days apart, a day is held against the same day; otherwise all days together, in the order of ids.
    private static IEnumerable<ListedPart> Parts(ListedLayout mine, ListedLayout its, ParityPlan plan)
    {
        foreach (var item in mine.Items.Union(its.Items).Order())
        {
            var apart = mine.Apart.Contains(item) && its.Apart.Contains(item);
            for (var day = plan.From; day <= plan.To; day = apart ? day.AddDays(1) : plan.To.AddDays(1))
            {
                yield return new ListedPart(item, day, apart ? day : plan.To);
            }
        }
    }

    private async ValueTask CompareAsync(CrashItem item, ListedItem? mine, ListedItem? its, ParityCounts counts, List<ParityRead> reads, List<Doubt> doubtful, CancellationToken cancellationToken)
    {
        var id = (mine ?? its)!.Value.Id;
        if (mine is { } left && its is { } right && ParityRule.Of(item, Entry(item, left), Entry(item, right)) == ParityOutcome.Same)
        {
            await CountAsync(id.Day!.Value, id, item, ParityOutcome.Same, counts, reads, cancellationToken);
        }
        else
        {
            doubtful.Add(new Doubt(id.Day!.Value, id, item));
        }
    }

    private async Task ByCrashAsync(DateOnly day, char salt, ParityCounts counts, List<ParityRead> reads, List<Doubt> doubtful, CancellationToken cancellationToken)
    {
        await using var left = source.EnumerateAsync(day, salt, null, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var right = target.EnumerateAsync(day, salt, null, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var (mine, its) = await BothAsync(NextAsync(left).AsTask(), NextAsync(right).AsTask());
        while (mine is not null || its is not null)
        {
            var order = mine is null ? 1 : its is null ? -1 : mine.Id.CompareTo(its.Id);
            await CompareAsync(day, order <= 0 ? mine : null, order >= 0 ? its : null, counts, reads, doubtful, cancellationToken);
            (mine, its) = (order <= 0 ? await NextAsync(left) : mine, order >= 0 ? await NextAsync(right) : its);
        }
    }

    private async Task CompareAsync(DateOnly day, CrashCatalog? mine, CrashCatalog? its, ParityCounts counts, List<ParityRead> reads, List<Doubt> doubtful, CancellationToken cancellationToken)
    {
        var id = (mine ?? its)!.Id;
        if (ParityRule.Compare(mine, its).Any(one => one.Outcome != ParityOutcome.Same))
        {
            doubtful.Add(new Doubt(day, id, null));
            return;
        }

        foreach (var (item, outcome) in ParityRule.Compare(mine, its))
        {
            await CountAsync(day, id, item, outcome, counts, reads, cancellationToken);
        }
    }

    // What was just written may not be listed yet: once for all that is in doubt it is waited, then each is looked at again.
    private async Task SettleAsync(ParityPlan plan, ParityCounts counts, List<ParityRead> reads, List<Doubt> doubtful, CancellationToken cancellationToken)
    {
        if (doubtful.Count > 0 && plan.Settle > TimeSpan.Zero)
        {
            await Task.Delay(plan.Settle, clock ?? TimeProvider.System, cancellationToken);
        }

        foreach (var (day, id, asked) in doubtful)
        {
            var (mine, its) = (await source.CatalogAsync(id, cancellationToken), await target.CatalogAsync(id, cancellationToken));
            foreach (var (item, outcome) in ParityRule.Compare(mine, its).Where(one => asked is null || one.Item == asked))
            {
                await CountAsync(day, id, item, outcome, counts, reads, cancellationToken);
            }
        }

        doubtful.Clear();
    }

    // The same JSON may be written in more than one way, which no size and no checksum shows.
    private async Task CountAsync(DateOnly day, CrashId id, CrashItem item, ParityOutcome outcome, ParityCounts counts, List<ParityRead> reads, CancellationToken cancellationToken)
    {
        var looked = outcome == ParityOutcome.Differs && item.Kind != CrashItemKind.Dump ? await SameAsync(id, item, cancellationToken) : null;
        if (looked is not null)
        {
            counts.LookedInto(day, item);
        }

        var draw = counts.Listed(day, id, item, looked == true ? ParityOutcome.Same : outcome);
        if (draw != ParityDraw.Not && looked is null)
        {
            await ReadAsync(new ParityRead(day, id, item, draw), counts, reads, cancellationToken);
        }
    }

    private async Task ReadAsync(ParityRead read, ParityCounts counts, List<ParityRead> reads, CancellationToken cancellationToken)
    {
        reads.Add(read);
        if (reads.Count >= MostWaiting)
        {
            await ReadAsync(counts, reads, cancellationToken);
        }
    }

    private async Task ReadAsync(ParityCounts counts, List<ParityRead> reads, CancellationToken cancellationToken)
    {
        var same = new bool?[reads.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, reads.Count),
            new ParallelOptions { MaxDegreeOfParallelism = ReadAtOnce, CancellationToken = cancellationToken },
            async (at, token) => same[at] = await SameAsync(reads[at].Id, reads[at].Item, token));
        for (var at = 0; at < reads.Count; at++)
        {
            counts.Add(reads[at], same[at]);
        }

        reads.Clear();
    }

    // Null when one of them could not be read: that is no difference, and no proof either.
    private async Task<bool?> SameAsync(CrashId id, CrashItem item, CancellationToken cancellationToken)
    {
        try
        {
            var (mine, its) = (await source.ReadItemAsync(id, item, cancellationToken), await target.ReadItemAsync(id, item, cancellationToken));
            return ParityRule.SaysTheSame(item, mine.Span, its.Span);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    // Both stores are asked for their first page at once: where days are short that is most of the time. Neither is left alone, or it could not be closed.
    private static async Task<(T, T)> BothAsync<T>(Task<T> one, Task<T> other)
    {
        await Task.WhenAll(one, other);
        return (await one, await other);
    }

    private static CatalogEntry Entry(CrashItem item, ListedItem listed) => new(item, listed.Size, listed.Md5);

    private static async ValueTask<CrashCatalog?> NextAsync(IAsyncEnumerator<CrashCatalog> catalogs) => await catalogs.MoveNextAsync() ? catalogs.Current : null;

    private sealed record Doubt(DateOnly Day, CrashId Id, CrashItem? Item);
}
