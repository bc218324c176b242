using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.S3;

/// <summary>What lies in a bucket, by its listings: a page of a thousand keys at a time, the next one asked for while this one is looked at.</summary>
/// <param name="bucket">Its name.</param>
/// <param name="keys">Which key what lies under.</param>
/// <param name="runs">For reading.</param>
/// <param name="noBucket">What is thrown when the bucket is not there.</param>
internal sealed class S3Listing(string bucket, S3Keys keys, TransactionExecutor<IAmazonS3> runs, Func<Exception, Exception> noBucket) : IItemListing
{
    private const string Deeper = "/";

    /// <summary>Keys with their sizes and ETags, in the order of keys.</summary>
    /// <param name="prefix">What they begin with.</param>
    /// <param name="delimiter">What lies behind the next one of these is left out; null for nothing.</param>
    /// <param name="after">Begins behind this key; null for the beginning.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<S3Listed> KeysAsync(string prefix, string? delimiter, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<ListObjectsV2Response>? next = PageAsync(prefix, delimiter, after, null, left.Token);
        try
        {
            while (next is not null)
            {
                var page = await next;
                next = page.IsTruncated == true ? PageAsync(prefix, delimiter, after, page.NextContinuationToken, left.Token) : null;

                // The driver says null for an empty page.
                foreach (var listed in page.S3Objects ?? [])
                {
                    yield return new S3Listed(listed.Key, listed.Size ?? 0, S3Listed.Md5Of(listed.ETag));
                }
            }
        }
        finally
        {
            // Nobody may still ask when the store is closed.
            await left.CancelAsync();
            if (next is not null)
            {
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ListedLayout> LookAsync(CancellationToken cancellationToken)
    {
        var (kinds, raw) = (FoldersAsync(keys.Above, cancellationToken), FoldersAsync(keys.PrefixOf(CrashItem.Raw), cancellationToken));
        await Task.WhenAll(kinds, raw);
        IReadOnlyList<CrashItem> items = [.. (await kinds).Folders.Select(keys.ItemOf).OfType<CrashItem>().Order()];

        // Where a program of an older layout wrote as well, days lie beside folders of days.
        var (days, hasKeys) = await raw;
        return keys.DayPrefix(CrashItem.Raw, default) is not null && !hasKeys ? new ListedLayout(items, days.Count, [CrashItem.Raw]) : new ListedLayout(items, null, []);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListedItem> ListItemsAsync(ListedLayout layout, CrashItem item, DateOnly from, DateOnly to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var ways = new List<IAsyncEnumerable<S3Listed>>();
        if (keys.DayPrefix(item, from) is null)
        {
            ways.Add(KeysAsync(keys.PrefixOf(item), null, null, cancellationToken));
        }
        else
        {
            for (var day = from; day <= to; day = day.AddDays(1))
            {
                ways.Add(KeysAsync(keys.DayPrefix(item, day)!, null, null, cancellationToken));
            }

            if (!layout.Apart.Contains(item))
            {
                ways.Add(KeysAsync(keys.PrefixOf(item), Deeper, null, cancellationToken));
            }
        }

        await foreach (var (id, listed) in InOrderAsync(ways, cancellationToken))
        {
            if (id.Day is { } day && day >= from && day <= to)
            {
                yield return new ListedItem(id, listed.Size, listed.Md5);
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CrashId> ListIdsAsync(ListedLayout layout, DateOnly day, char salt, CrashId? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var prefixes = keys.RawPrefixes(day, salt, isApart: layout.Apart.Contains(CrashItem.Raw));
        var ways = prefixes.Select(prefix => KeysAsync(prefix, Deeper, after is { } last ? $"{prefix[..^1]}{last}" : null, cancellationToken)).ToList();
        await foreach (var (id, _) in InOrderAsync(ways, cancellationToken))
        {
            if (id.Day == day && id.Salt == salt && !(id <= after))
            {
                yield return id;
            }
        }
    }

    // Several listings as one, in the order of ids, each id once; of each a page is held.
    private static async IAsyncEnumerable<(CrashId Id, S3Listed Listed)> InOrderAsync(List<IAsyncEnumerable<S3Listed>> ways, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var open = new List<IAsyncEnumerator<S3Listed>>();
        try
        {
            var heads = new PriorityQueue<(IAsyncEnumerator<S3Listed> Way, CrashId Id), CrashId>();
            foreach (var way in ways)
            {
                open.Add(way.GetAsyncEnumerator(cancellationToken));
                if (await NextAsync(open[^1]) is { } first)
                {
                    heads.Enqueue((open[^1], first), first);
                }
            }

            CrashId? last = null;
            while (heads.TryDequeue(out var head, out _))
            {
                if (head.Id != last)
                {
                    yield return (head.Id, head.Way.Current);
                }

                last = head.Id;
                if (await NextAsync(head.Way) is { } next)
                {
                    heads.Enqueue((head.Way, next), next);
                }
            }
        }
        finally
        {
            foreach (var way in open)
            {
                await way.DisposeAsync();
            }
        }
    }

    // Past keys that are no crash's.
    private static async ValueTask<CrashId?> NextAsync(IAsyncEnumerator<S3Listed> way)
    {
        while (await way.MoveNextAsync())
        {
            if (S3Keys.IdOf(way.Current.Key) is { } id)
            {
                return id;
            }
        }

        return null;
    }

    // What lies directly below a prefix: folders by their full prefixes, and whether there is a crash's key beside them.
    private async Task<(IReadOnlyList<string> Folders, bool HasKeys)> FoldersAsync(string prefix, CancellationToken cancellationToken)
    {
        var (folders, hasKeys) = (new List<string>(), false);
        string? next = null;
        do
        {
            var page = await PageAsync(prefix, Deeper, null, next, cancellationToken);
            folders.AddRange(page.CommonPrefixes ?? []);
            hasKeys |= (page.S3Objects ?? []).Any(listed => S3Keys.IdOf(listed.Key) is not null);
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);

        return (folders, hasKeys);
    }

    private Task<ListObjectsV2Response> PageAsync(string prefix, string? delimiter, string? after, string? next, CancellationToken cancellationToken) => runs.RunAsync(
        static async (client, asked, cancellation) =>
        {
            try
            {
                return await client.ListObjectsV2Async(asked.request, cancellation);
            }
            catch (AmazonS3Exception missing) when (missing.ErrorCode == "NoSuchBucket")
            {
                throw asked.noBucket(missing);
            }
        },
        (request: new ListObjectsV2Request { BucketName = bucket, Prefix = prefix, Delimiter = delimiter, StartAfter = after, ContinuationToken = next }, noBucket),
        cancellationToken).AsTask();
}

/// <summary>A key as a listing tells it.</summary>
/// <param name="Key">All of it.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Md5">Of the content; null when it was sent in parts.</param>
public sealed record S3Listed(string Key, long Size, string? Md5)
{
    // What was sent in parts has an ETag that is no MD5, and says so by a dash.
    internal static string? Md5Of(string? etag) => etag?.Trim('"') is { Length: 32 } md5 ? md5 : null;
}
