using System.Runtime.InteropServices;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores;

/// <summary>
/// A store that lists what it keeps kind by kind, a thousand at a time with sizes and checksums: of a store of S3 some forty times as many as could be asked for one by one.
/// Worth it when much of what the store keeps is asked for, since what carries no day in its key is listed of all days.
/// </summary>
public interface IItemListing
{
    /// <summary>Everything crashes are made of here: the raw crash, and each dump by its name.</summary>
    ValueTask<IReadOnlyList<CrashItem>> ItemsAsync(CancellationToken cancellationToken);

    /// <summary>How many days it keeps crashes of; null when that cannot be known without listing all.</summary>
    ValueTask<int?> DaysAsync(CancellationToken cancellationToken);

    /// <summary>Whether a day of one kind of thing is listed without the other days.</summary>
    ValueTask<bool> KeepsDaysApartAsync(CrashItem item, CancellationToken cancellationToken);

    /// <summary>One kind of thing of the crashes of some days, in the order of ids.</summary>
    /// <param name="item">Which.</param>
    /// <param name="from">The first day in the id.</param>
    /// <param name="to">The last day.</param>
    /// <param name="cancellationToken">Ends it.</param>
    IAsyncEnumerable<ListedItem> ListItemsAsync(CrashItem item, DateOnly from, DateOnly to, CancellationToken cancellationToken);

    /// <summary>The crashes of a day whose id begins with a digit, in the order of ids, without a look at each.</summary>
    /// <param name="day">The day in the id.</param>
    /// <param name="salt">The first digit of the id.</param>
    /// <param name="after">Begins behind this id; null for the beginning.</param>
    /// <param name="cancellationToken">Ends it.</param>
    IAsyncEnumerable<CrashId> ListIdsAsync(DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken);
}

/// <summary>One thing as a listing tells it.</summary>
/// <param name="Id">Of which crash.</param>
/// <param name="Size">In bytes; null where the listing does not tell.</param>
/// <param name="Md5">Of the content, in lower-case hexadecimal; null where the listing does not tell.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ListedItem(CrashId Id, long? Size, string? Md5);
