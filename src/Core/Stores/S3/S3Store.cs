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
        this.options = options;
        keys = new S3Keys(options.Prefix, options.Layout);
        client = S3Resource.Client(options);
        runs = new StoreRuns<IAmazonS3>(new S3Resource(client, options), save ?? StoreWaits.Limited, get ?? StoreWaits.Limited, context);
    }

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => StoreCapabilities.All | StoreCapabilities.Remove | StoreCapabilities.Enumerate | StoreCapabilities.ConditionalCreate;

    /// <summary>The resource by its name, by which its retries are found.</summary>
    public override string Resource => runs.Resource;

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
        var ids = new SortedSet<CrashId>();
        foreach (var prefix in keys.RawPrefixes(day, salt))
        {
            // What lies deeper is left out: days begin with a 2 as ids may.
            await foreach (var listed in ListAsync(prefix, "/", cancellationToken))
            {
                if (S3Keys.IdOf(listed.Key) is { } id && id.Day == day && id.Salt == salt && (after is not { } last || id > last))
                {
                    ids.Add(id);
                }
            }
        }

        foreach (var page in ids.Chunk(options.Parallel))
        {
            foreach (var catalog in await Task.WhenAll(page.Select(id => CatalogAsync(id, cancellationToken).AsTask())))
            {
                yield return catalog;
            }
        }
    }

    /// <summary>Keys with their sizes and ETags, in the order of keys, a page of a thousand at a time: the cheap way to know what is kept.</summary>
    /// <param name="prefix">What they begin with.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<S3Listed> ListAsync(string prefix, CancellationToken cancellationToken) => ListAsync(prefix, null, cancellationToken);

    private async IAsyncEnumerable<S3Listed> ListAsync(string prefix, string? delimiter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var page = await runs.Get.RunAsync(
                static async (client, asked, cancellation) =>
                {
                    try
                    {
                        return await client.ListObjectsV2Async(
                            new ListObjectsV2Request { BucketName = asked.store.options.Bucket, Prefix = asked.prefix, Delimiter = asked.delimiter, ContinuationToken = asked.next }, cancellation);
                    }
                    catch (AmazonS3Exception missing) when (missing.ErrorCode == "NoSuchBucket")
                    {
                        throw asked.store.NoBucket(missing);
                    }
                },
                (store: this, prefix, delimiter, next),
                cancellationToken);

            // The driver says null for an empty page.
            foreach (var listed in page.S3Objects ?? [])
            {
                yield return new S3Listed(listed.Key, listed.Size ?? 0, Md5Of(listed.ETag));
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    /// <inheritdoc/>
    public override ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken) =>
        runs.Get.RunAsync(
            static async (client, asked, cancellation) =>
            {
                foreach (var key in asked.store.keys.Of(asked.id, asked.item))
                {
                    try
                    {
                        using var answer = await client.GetObjectAsync(asked.store.options.Bucket, key, cancellation);
                        var content = new byte[answer.ContentLength];
                        await answer.ResponseStream.ReadExactlyAsync(content, cancellation);
                        return (ReadOnlyMemory<byte>)content;
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
            static async (client, asked, cancellation) =>
            {
                var request = asked.store.Request(asked.id, asked.item, asked.content, out var md5);
                request.IfNoneMatch = "*";
                try
                {
                    asked.store.Check(asked.id, asked.item, md5, await client.PutObjectAsync(request, cancellation));
                    return CreateOutcome.Created;
                }
                catch (AmazonS3Exception there) when (there.StatusCode == HttpStatusCode.PreconditionFailed)
                {
                    // Also when our own first attempt got through and its answer was lost.
                    using var kept = await client.GetObjectAsync(asked.store.options.Bucket, request.Key, cancellation);
                    var content = new byte[kept.ContentLength];
                    await kept.ResponseStream.ReadExactlyAsync(content, cancellation);
                    return content.AsSpan().SequenceEqual(asked.content.Span) ? CreateOutcome.Same : CreateOutcome.Differs;
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
    }

    /// <inheritdoc/>
    protected override ValueTask ReplaceRawAsync(RawCrash raw, CrashId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(raw);
        return PutAsync(id, CrashItem.Raw, raw.Utf8, cancellationToken);
    }

    private async ValueTask PutAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        await runs.Save.RunAsync(
            static async (client, asked, cancellation) =>
            {
                try
                {
                    var request = asked.store.Request(asked.id, asked.item, asked.content, out var md5);
                    asked.store.Check(asked.id, asked.item, md5, await client.PutObjectAsync(request, cancellation));
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
                        return new CatalogEntry(asked.item, head.ContentLength, Md5Of(head.ETag));
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
    private PutObjectRequest Request(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, out string md5)
    {
        var hash = MD5.HashData(content.Span);
        md5 = Convert.ToHexStringLower(hash);
        return new PutObjectRequest
        {
            BucketName = options.Bucket,
            Key = keys.Of(id, item)[0],
            InputStream = Dump.Of(content).OpenRead(),
            AutoCloseStream = true,
            MD5Digest = Convert.ToBase64String(hash),
            UseChunkEncoding = false,
            ContentType = item.Kind == CrashItemKind.Dump ? "application/octet-stream" : "application/json",
        };
    }

    private void Check(CrashId id, CrashItem item, string md5, PutObjectResponse answer)
    {
        if (options.CheckETag && Md5Of(answer.ETag) is var kept && kept != md5)
        {
            throw new StoreCorruptedException(Name, id, $"the {item} has the ETag {kept ?? answer.ETag}, what was sent has {md5}");
        }
    }

    // What was sent in parts has an ETag that is no MD5, and says so by a dash.
    private static string? Md5Of(string? etag) => etag?.Trim('"') is { Length: 32 } md5 ? md5 : null;

    private StoreMisconfiguredException NoBucket(Exception cause) => new(Name, $"there is no bucket {options.Bucket} at {options.Endpoint}", cause);
}

/// <summary>A key as a listing tells it.</summary>
/// <param name="Key">All of it.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Md5">Of the content; null when it was sent in parts.</param>
public sealed record S3Listed(string Key, long Size, string? Md5);
