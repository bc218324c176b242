using System.Runtime.InteropServices;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores;

/// <summary>
/// A store that lists what it keeps kind by kind, a thousand at a time with sizes and checksums: of a store of S3 some forty times as many as could be asked for one by one.
/// Worth it when much of what the store keeps is asked for, since what carries no day in its key is listed of all days.
/// </summary>
public interface IItemListing
{
    /// <summary>How what it keeps lies there, as it is now. Ask once and pass the answer on: it costs a listing or two, and does not change while nobody writes in another layout.</summary>
    ValueTask<ListedLayout> LookAsync(CancellationToken cancellationToken);

    /// <summary>One kind of thing of the crashes of some days, in the order of ids.</summary>
    /// <param name="layout">As <see cref="LookAsync"/> told.</param>
    /// <param name="item">Which.</param>
    /// <param name="from">The first day in the id.</param>
    /// <param name="to">The last day.</param>
    /// <param name="cancellationToken">Ends it.</param>
    IAsyncEnumerable<ListedItem> ListItemsAsync(ListedLayout layout, CrashItem item, DateOnly from, DateOnly to, CancellationToken cancellationToken);

    /// <summary>The crashes of a day whose id begins with a digit, in the order of ids, without a look at each.</summary>
    /// <param name="layout">As <see cref="LookAsync"/> told.</param>
    /// <param name="day">The day in the id.</param>
    /// <param name="salt">The first digit of the id.</param>
    /// <param name="after">Begins behind this id; null for the beginning.</param>
    /// <param name="cancellationToken">Ends it.</param>
    IAsyncEnumerable<CrashId> ListIdsAsync(ListedLayout layout, DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken);
}

/// <summary>How what a store keeps lies there, as it was when somebody looked.</summary>
/// <param name="Items">Everything crashes are made of here: the raw crash, and each dump by its name.</param>
/// <param name="Days">How many days it keeps crashes of; null when that cannot be known without listing all.</param>
/// <param name="Apart">Those of which a day is listed without the other days.</param>
public sealed record ListedLayout(IReadOnlyList<CrashItem> Items, int? Days, IReadOnlyList<CrashItem> Apart)
{
    /// <summary>Nobody looked: nothing is left out because of it.</summary>
    public static ListedLayout Unknown { get; } = new([], null, []);
}

/// <summary>One thing as a listing tells it.</summary>
/// <param name="Id">Of which crash.</param>
/// <param name="Size">In bytes; null where the listing does not tell.</param>
/// <param name="Md5">Of the content, in lower-case hexadecimal; null where the listing does not tell.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ListedItem(CrashId Id, long? Size, string? Md5);
