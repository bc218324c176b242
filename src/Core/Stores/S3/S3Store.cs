using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.S3;

/// <summary>
/// Crashes in a bucket: the original's <c>BotoS3CrashStorage</c>, for Amazon and for Ceph's gateway. Dumps are written first, their names next, the raw crash last, so that whoever
/// sees a crash sees all of it; each answer's ETag is compared with what was sent.
/// </summary>
/// <remarks>
/// The original took every refusal for a missing crash, a 503 too, and so asked the old store while the new one was away. Here only a missing key of a bucket that is there is one.
/// </remarks>
public sealed class S3Store : CrashStore
{
    private readonly StoreRuns<IAmazonS3> runs;
    private readonly IAmazonS3 client;
    private readonly S3Wire wire;
    private readonly S3Listing listing;
    private readonly S3Options options;
    private readonly S3Keys keys;

    /// <summary>A store in a bucket.</summary>
    /// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
    /// <param name="options">Which bucket, and who asks.</param>
    /// <param name="context">Who tells, where, and the clock.</param>
    /// <param name="save">How a save waits; null for the original's way.</param>
    /// <param name="get">How a read waits; null for the original's way.</param>
    public S3Store(string name, S3Options options, StoreContext context, ExecutorOptions? save = null, ExecutorOptions? get = null)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        this.options = options;
        keys = new S3Keys(options.Prefix, options.Layout);
        client = S3Resource.Client(options);
        wire = new S3Wire(options, context.Clock);
        runs = new StoreRuns<IAmazonS3>(new S3Resource(client, options), save ?? StoreWaits.Limited, get ?? StoreWaits.Limited, context);
        listing = new S3Listing(options.Bucket, keys, runs.Get, NoBucket);
    }

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => StoreCapabilities.All | StoreCapabilities.Remove | StoreCapabilities.Enumerate | StoreCapabilities.ConditionalCreate;

    /// <summary>The resource by its name, by which its retries are found.</summary>
    public override string Resource => runs.Resource;

    /// <inheritdoc/>
    public override IItemListing Listing => listing;

    /// <inheritdoc/>
    public override async ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(raw);
        ArgumentNullException.ThrowIfNull(dumps);
        foreach (var (name, dump) in dumps)
        {
            await PutAsync(id, CrashItem.Dump(name), await dump.BytesAsync(cancellationToken), cancellationToken);
        }

        await PutAsync(id, CrashItem.DumpNames, DumpNames.Write(dumps.Keys), cancellationToken);
        await PutAsync(id, CrashItem.Raw, raw.Utf8, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(processed);
        return PutAsync(processed.Id, CrashItem.Processed, processed.Utf8, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) => new((await ReadItemAsync(id, CrashItem.Raw, cancellationToken)).Span);

    /// <inheritdoc/>
    public override async ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken) =>
        Dump.Of(await ReadItemAsync(id, CrashItem.Dump(name), cancellationToken));

    /// <inheritdoc/>
    public override async ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken)
    {
        var dumps = new List<KeyValuePair<string, Dump>>();
        foreach (var name in DumpNames.Read((await ReadItemAsync(id, CrashItem.DumpNames, cancellationToken)).Span))
        {
            dumps.Add(new(name, await GetRawDumpAsync(id, name, cancellationToken)));
        }

        return new Dumps(dumps);
    }

    /// <inheritdoc/>
    public override async ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) =>
        new((await ReadItemAsync(id, CrashItem.Processed, cancellationToken)).Span);

    /// <inheritdoc/>
    public override async ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken)
    {
        var items = new List<CrashItem> { CrashItem.DumpNames, CrashItem.Raw, CrashItem.Processed };
        try
        {
            items.AddRange(DumpNames.Read((await ReadItemAsync(id, CrashItem.DumpNames, cancellationToken)).Span).Select(CrashItem.Dump));
        }
        catch (CrashNotFoundException)
        {
            // Without the list the first dump is all that can be looked for.
            items.Add(CrashItem.Dump(null));
        }

        var entries = await Task.WhenAll(items.Select(item => HeadAsync(id, item, cancellationToken).AsTask()));
        return new CrashCatalog(id, [.. entries.OfType<CatalogEntry>().OrderBy(entry => entry.Item)]);
    }

    /// <summary>Crashes whose raw crash is there; listing the keys costs little, looking at each crash a request for each thing.</summary>
    public override async IAsyncEnumerable<CrashCatalog> EnumerateAsync(DateOnly day, char salt, CrashId? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = new List<CrashId>(options.Parallel);
        await foreach (var id in listing.ListIdsAsync(ListedLayout.Unknown, day, salt, after, cancellationToken))
        {
            page.Add(id);
            if (page.Count == options.Parallel)
            {
                foreach (var catalog in await CatalogsAsync(page, cancellationToken))
                {
                    yield return catalog;
                }

                page.Clear();
            }
        }

        foreach (var catalog in await CatalogsAsync(page, cancellationToken))
        {
            yield return catalog;
        }
    }

    /// <summary>Keys with their sizes and ETags, in the order of keys, a page of a thousand at a time: the cheap way to know what is kept.</summary>
    /// <param name="prefix">What they begin with.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<S3Listed> ListAsync(string prefix, CancellationToken cancellationToken) => listing.KeysAsync(prefix, null, null, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken) =>
        runs.Get.RunAsync(
            static async (_, asked, cancellation) =>
            {
                foreach (var key in asked.store.keys.Of(asked.id, asked.item))
                {
                    try
                    {
                        return await asked.store.wire.GetAsync(key, cancellation);
                    }
                    catch (AmazonS3Exception missing) when (missing.ErrorCode == "NoSuchBucket")
                    {
                        throw asked.store.NoBucket(missing);
                    }
                    catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound && missing.ErrorCode is "NoSuchKey" or "NotFound")
                    {
                        // Under the next key, perhaps.
                    }
                }

                throw new CrashNotFoundException(asked.store.Name, asked.id, asked.item);
            },
            (store: this, id, item),
            cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<CreateOutcome> CreateItemAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        runs.Save.RunAsync(
            static async (_, asked, cancellation) =>
            {
                try
                {
                    await asked.store.PutAsync(asked.id, asked.item, asked.content, onlyNew: true, cancellation);
                    return CreateOutcome.Created;
                }
                catch (AmazonS3Exception there) when (there.StatusCode == HttpStatusCode.PreconditionFailed)
                {
                    // Also when our own first attempt got through and its answer was lost.
                    var kept = await asked.store.wire.GetAsync(asked.store.keys.Of(asked.id, asked.item)[0], cancellation);
                    return kept.Span.SequenceEqual(asked.content.Span) ? CreateOutcome.Same : CreateOutcome.Differs;
                }
                catch (AmazonS3Exception missing) when (missing.ErrorCode == "NoSuchBucket")
                {
                    throw asked.store.NoBucket(missing);
                }
            },
            (store: this, id, item, content),
            cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken)
    {
        var catalog = await CatalogAsync(id, cancellationToken);
        if (catalog.Entries.Count == 0)
        {
            throw new CrashNotFoundException(Name, id);
        }

        // The raw crash first: from then on the crash is not there, whatever becomes of the rest.
        foreach (var item in catalog.Entries.Select(entry => entry.Item).OrderByDescending(item => item == CrashItem.Raw))
        {
            await runs.Save.RunAsync(
                static async (client, asked, cancellation) =>
                {
                    foreach (var key in asked.store.keys.Of(asked.id, asked.item))
                    {
                        await client.DeleteObjectAsync(asked.store.options.Bucket, key, cancellation);
                    }

                    return true;
                },
                (store: this, id, item),
                cancellationToken);
        }
    }

    /// <summary>Makes the bucket, for whoever sets a store up; does nothing when it is there.</summary>
    public async ValueTask CreateBucketAsync(CancellationToken cancellationToken) => await runs.Save.RunAsync(
        static async (client, bucket, cancellation) =>
        {
            try
            {
                await client.PutBucketAsync(new PutBucketRequest { BucketName = bucket }, cancellation);
            }
            catch (AmazonS3Exception there) when (there.ErrorCode is "BucketAlreadyOwnedByYou")
            {
                // As it should be.
            }

            return true;
        },
        options.Bucket,
        cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        client.Dispose();
        wire.Dispose();
    }

    /// <inheritdoc/>
    protected override ValueTask ReplaceRawAsync(RawCrash raw, CrashId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(raw);
        return PutAsync(id, CrashItem.Raw, raw.Utf8, cancellationToken);
    }

    private async ValueTask PutAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        await runs.Save.RunAsync(
            static async (_, asked, cancellation) =>
            {
                try
                {
                    await asked.store.PutAsync(asked.id, asked.item, asked.content, onlyNew: false, cancellation);
                    return true;
                }
                catch (AmazonS3Exception missing) when (missing.ErrorCode == "NoSuchBucket")
                {
                    throw asked.store.NoBucket(missing);
                }
            },
            (store: this, id, item, content),
            cancellationToken);

    // HEAD has no body and so cannot tell a missing bucket from a missing key: what it does not find is looked for by a listing, which can.
    private ValueTask<CatalogEntry?> HeadAsync(CrashId id, CrashItem item, CancellationToken cancellationToken) =>
        runs.Get.RunAsync(
            static async (client, asked, cancellation) =>
            {
                foreach (var key in asked.store.keys.Of(asked.id, asked.item))
                {
                    try
                    {
                        var head = await client.GetObjectMetadataAsync(asked.store.options.Bucket, key, cancellation);
                        return new CatalogEntry(asked.item, head.ContentLength, S3Listed.Md5Of(head.ETag));
                    }
                    catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
                    {
                        await asked.store.BucketIsThereAsync(client, cancellation);
                    }
                }

                return (CatalogEntry?)null;
            },
            (store: this, id, item),
            cancellationToken);

    private async ValueTask BucketIsThereAsync(IAmazonS3 client, CancellationToken cancellationToken)
    {
        try
        {
            await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = options.Bucket, MaxKeys = 1 }, cancellationToken);
        }
        catch (AmazonS3Exception missing) when (missing.ErrorCode == "NoSuchBucket")
        {
            throw NoBucket(missing);
        }
    }

    [SuppressMessage("Security", "CA5351", Justification = "The field's own checksum of a content, not a protection against anybody")]
    private async ValueTask PutAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, bool onlyNew, CancellationToken cancellationToken)
    {
        var md5 = MD5.HashData(content.Span);
        var etag = await wire.PutAsync(keys.Of(id, item)[0], content, md5, item.Kind == CrashItemKind.Dump ? "application/octet-stream" : "application/json", onlyNew, cancellationToken);
        if (options.CheckETag && S3Listed.Md5Of(etag) is var kept && kept != Convert.ToHexStringLower(md5))
        {
            throw new StoreCorruptedException(Name, id, $"the {item} has the ETag {kept ?? etag}, what was sent has {Convert.ToHexStringLower(md5)}");
        }
    }

    private async Task<CrashCatalog[]> CatalogsAsync(List<CrashId> ids, CancellationToken cancellationToken) => await Task.WhenAll(ids.Select(id => CatalogAsync(id, cancellationToken).AsTask()));

    private StoreMisconfiguredException NoBucket(Exception cause) => new(Name, $"there is no bucket {options.Bucket} at {options.Endpoint}", cause);
}
