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
        var listed = source.Listing is { } mine && target.Listing is { } its && await IsWorthAsync(mine, plan, cancellationToken) && await IsWorthAsync(its, plan, cancellationToken);
        if (listed)
        {
            await ByListingAsync(source.Listing!, target.Listing!, plan, counts, reads, doubtful, cancellationToken);
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

    private static async ValueTask<bool> IsWorthAsync(IItemListing listing, ParityPlan plan, CancellationToken cancellationToken) =>
        await listing.DaysAsync(cancellationToken) is not { } days || days <= (plan.To.DayNumber - plan.From.DayNumber + 1) * ListingIsCheaper;

    // Kind by kind: what is the same in both listings costs nothing more.
    private async Task ByListingAsync(IItemListing mine, IItemListing its, ParityPlan plan, ParityCounts counts, List<ParityRead> reads, List<Doubt> doubtful, CancellationToken cancellationToken)
    {
        foreach (var item in (await mine.ItemsAsync(cancellationToken)).Union(await its.ItemsAsync(cancellationToken)).Order().ToList())
        {
            // Where both keep days apart, a day is held against the same day; otherwise all days together, in the order of ids.
            var apart = await mine.KeepsDaysApartAsync(item, cancellationToken) && await its.KeepsDaysApartAsync(item, cancellationToken);
            for (var day = plan.From; day <= plan.To; day = apart ? day.AddDays(1) : plan.To.AddDays(1))
            {
                var until = apart ? day : plan.To;
                await MergeAsync(item, mine.ListItemsAsync(item, day, until, cancellationToken), its.ListItemsAsync(item, day, until, cancellationToken), counts, reads, doubtful, cancellationToken);
                await SettleAsync(plan, counts, reads, doubtful, cancellationToken);
            }
        }
    }

    private async Task MergeAsync(
        CrashItem item, IAsyncEnumerable<ListedItem> mine, IAsyncEnumerable<ListedItem> its, ParityCounts counts, List<ParityRead> reads, List<Doubt> doubtful, CancellationToken cancellationToken)
    {
        await using var left = mine.GetAsyncEnumerator(cancellationToken);
        await using var right = its.GetAsyncEnumerator(cancellationToken);
        var (more, most) = await BothAsync(left.MoveNextAsync().AsTask(), right.MoveNextAsync().AsTask());
        while (more || most)
        {
            var order = !more ? 1 : !most ? -1 : left.Current.Id.CompareTo(right.Current.Id);
            var id = order <= 0 ? left.Current.Id : right.Current.Id;
            if (order == 0 && ParityRule.Of(item, Entry(item, left.Current), Entry(item, right.Current)) == ParityOutcome.Same)
            {
                await CountAsync(id.Day!.Value, id, item, ParityOutcome.Same, counts, reads, cancellationToken);
            }
            else
            {
                doubtful.Add(new Doubt(id.Day!.Value, id, item));
            }

            more = order <= 0 ? await left.MoveNextAsync() : more;
            most = order >= 0 ? await right.MoveNextAsync() : most;
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
