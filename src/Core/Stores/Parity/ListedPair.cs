using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Parity;

/// <summary>One of two stores that are compared by their listings.</summary>
/// <param name="Listing">Lists what it keeps.</param>
/// <param name="Layout">How that lies there.</param>
internal sealed record ListedSide(IItemListing Listing, ListedLayout Layout);

/// <summary>What is listed at once: one kind of thing of some days.</summary>
/// <param name="Item">Which kind.</param>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
internal sealed record ListedPart(CrashItem Item, DateOnly From, DateOnly To);

/// <summary>
/// A part of two stores, listed side by side. Both are asked for their first page when it is made, not when it is read: a page takes a store longer than comparing it takes us, and where days are
/// short first pages are most of all pages.
/// </summary>
internal sealed class ListedPair : IAsyncDisposable
{
    private readonly IAsyncEnumerator<ListedItem> left;
    private readonly IAsyncEnumerator<ListedItem> right;
    private readonly Task<bool[]> begun;

    /// <summary>Begins to list.</summary>
    public ListedPair(ListedSide mine, ListedSide its, ListedPart part, CancellationToken cancellationToken)
    {
        left = mine.Listing.ListItemsAsync(mine.Layout, part.Item, part.From, part.To, cancellationToken).GetAsyncEnumerator(cancellationToken);
        right = its.Listing.ListItemsAsync(its.Layout, part.Item, part.From, part.To, cancellationToken).GetAsyncEnumerator(cancellationToken);
        begun = Task.WhenAll(left.MoveNextAsync().AsTask(), right.MoveNextAsync().AsTask());
    }

    /// <summary>What both have, and what one of them has alone, in the order of ids; null stands for what is not there. To be asked for once.</summary>
    public async IAsyncEnumerable<(ListedItem? Mine, ListedItem? Its)> EachAsync()
    {
        var more = await begun;
        var (mine, its) = (more[0], more[1]);
        while (mine || its)
        {
            var order = !mine ? 1 : !its ? -1 : left.Current.Id.CompareTo(right.Current.Id);
            yield return (order <= 0 ? left.Current : null, order >= 0 ? right.Current : null);
            mine = order <= 0 ? await left.MoveNextAsync() : mine;
            its = order >= 0 ? await right.MoveNextAsync() : its;
        }
    }

    /// <summary>Ends both listings; waits for a page that is under way, for nothing may still be asked when a store is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        await ((Task)begun).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await left.DisposeAsync();
        await right.DisposeAsync();
    }
}
