using System.Collections.Concurrent;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Tests.Stores;

/// <summary>A store in memory that fails when it is told to, and remembers what it was asked.</summary>
internal sealed class MemoryStore(string name) : CrashStore(name)
{
    private readonly ConcurrentDictionary<(CrashId Id, CrashItem Item), ReadOnlyMemory<byte>> kept = new();

    public Exception? Failure { get; set; }

    /// <summary>Whether it lists kind by kind as well.</summary>
    public bool Lists { get; set; }

    public override IItemListing? Listing => Lists ? new KindByKind(this) : null;

    public bool Closed { get; private set; }

    public ConcurrentQueue<string> Asked { get; } = new();

    public ConcurrentQueue<CrashId> Waiting { get; } = new();

    public List<CrashId> Acked { get; } = [];

    public override StoreCapabilities Capabilities => StoreCapabilities.All | StoreCapabilities.Remove | StoreCapabilities.NewCrashes | StoreCapabilities.Enumerate | StoreCapabilities.ConditionalCreate;

    public override async ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken)
    {
        Ask("SaveRawCrash");
        await ForgetDumpsAsync(id);
        foreach (var (name, dump) in dumps)
        {
            kept[(id, CrashItem.Dump(name))] = await dump.BytesAsync(cancellationToken);
        }

        kept[(id, CrashItem.DumpNames)] = DumpNames.Write(dumps.Keys);
        kept[(id, CrashItem.Raw)] = raw.Utf8;
    }

    public override ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken)
    {
        Ask("SaveProcessed");
        kept[(processed.Id, CrashItem.Processed)] = processed.Utf8;
        return default;
    }

    public override async ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken)
    {
        Ask("SaveRawAndProcessed");
        await base.SaveRawAndProcessedAsync(raw, dumps, processed, id, cancellationToken);
    }

    public override async ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) => new((await ReadItemAsync(id, CrashItem.Raw, cancellationToken)).Span);

    public override async ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken) => Dump.Of(await ReadItemAsync(id, CrashItem.Dump(name), cancellationToken));

    public override async ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken)
    {
        await ReadItemAsync(id, CrashItem.Raw, cancellationToken);
        return new Dumps(kept.Where(one => one.Key.Id == id && one.Key.Item.Kind == CrashItemKind.Dump).Select(one => KeyValuePair.Create(one.Key.Item.Name, Dump.Of(one.Value))));
    }

    public override async ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) =>
        new((await ReadItemAsync(id, CrashItem.Processed, cancellationToken)).Span);

    public override ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken)
    {
        Ask("Catalog");
        return new(Catalog(id));
    }

    public override async IAsyncEnumerable<CrashCatalog> EnumerateAsync(
        DateOnly day, char salt, CrashId? after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var id in kept.Keys.Select(key => key.Id).Distinct().Where(id => id.Day == day && id.Salt == salt && (after is not { } last || id > last)).Order())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Catalog(id);
        }
    }

    public override ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken)
    {
        Ask("Read");
        return new(kept.TryGetValue((id, item), out var content) ? content : throw new CrashNotFoundException(Name, id, item));
    }

    public override ValueTask<CreateOutcome> CreateItemAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Ask("Create");
        return new(kept.TryAdd((id, item), content) ? CreateOutcome.Created : kept[(id, item)].Span.SequenceEqual(content.Span) ? CreateOutcome.Same : CreateOutcome.Differs);
    }

    public override ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken)
    {
        Ask("Remove");
        var mine = kept.Keys.Where(key => key.Id == id).ToList();
        mine.ForEach(key => kept.TryRemove(key, out _));
        return mine.Count > 0 ? default : throw new CrashNotFoundException(Name, id);
    }

    public override async IAsyncEnumerable<NewCrash> NewCrashesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (Waiting.TryDequeue(out var id))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new NewCrash(id, Name);
        }
    }

    public override ValueTask AckCrashAsync(NewCrash crash, CancellationToken cancellationToken)
    {
        Assert.Equal(Name, crash.Receipt);
        Acked.Add(crash.Id);
        return default;
    }

    public override async ValueTask DisposeAsync()
    {
        Closed = true;
        await base.DisposeAsync();
        if (Failure is not null)
        {
            throw Failure;
        }
    }

    /// <summary>Puts something in the place of one thing, or nothing.</summary>
    public void Put(CrashId id, CrashItem item, ReadOnlyMemory<byte>? content)
    {
        if (content is { } there)
        {
            kept[(id, item)] = there;
        }
        else
        {
            kept.TryRemove((id, item), out _);
        }
    }

    protected override ValueTask ReplaceRawAsync(RawCrash raw, CrashId id, CancellationToken cancellationToken)
    {
        kept[(id, CrashItem.Raw)] = raw.Utf8;
        return default;
    }

    private ValueTask ForgetDumpsAsync(CrashId id)
    {
        foreach (var key in kept.Keys.Where(key => key.Id == id && key.Item.Kind == CrashItemKind.Dump).ToList())
        {
            kept.TryRemove(key, out _);
        }

        return default;
    }

    private sealed class KindByKind(MemoryStore store) : IItemListing
    {
        public ValueTask<ListedLayout> LookAsync(CancellationToken cancellationToken)
        {
            store.Ask("look");
            return new(new ListedLayout([.. store.kept.Keys.Select(key => key.Item).Distinct().Order()], store.kept.Keys.Select(key => key.Id.Day).Distinct().Count(), [CrashItem.Raw]));
        }

        public IAsyncEnumerable<ListedItem> ListItemsAsync(ListedLayout layout, CrashItem item, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
            store.kept.Where(one => one.Key.Item == item && one.Key.Id.Day >= from && one.Key.Id.Day <= to).OrderBy(one => one.Key.Id).Select(one => new ListedItem(one.Key.Id, one.Value.Length, null)).ToAsyncEnumerable();

        public IAsyncEnumerable<CrashId> ListIdsAsync(ListedLayout layout, DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken) =>
            store.EnumerateAsync(day, salt, after, cancellationToken).Where(catalog => catalog.Has(CrashItem.Raw)).Select(catalog => catalog.Id);
    }

    private CrashCatalog Catalog(CrashId id) =>
        new(id, [.. kept.Where(one => one.Key.Id == id).OrderBy(one => one.Key.Item).Select(one => new CatalogEntry(one.Key.Item, one.Value.Length, null))]);

    private void Ask(string what)
    {
        Asked.Enqueue(what);
        if (Failure is not null)
        {
            throw Failure;
        }
    }
}

/// <summary>Crashes for tests.</summary>
internal static class SampleCrashes
{
    public static readonly DateOnly Day = new(2015, 3, 31);

    public static RawCrash Raw { get; } = RawCrash.Parse("""{"ProductName": "Firefox", "Version": "36.0", "legacy_processing": 0}""");

    public static Dumps Dumps { get; } = new([
        KeyValuePair.Create("upload_file_minidump", Dump.Of("MDMP the first"u8.ToArray())),
        KeyValuePair.Create("upload_file_minidump_flash1", Dump.Of("MDMP of flash"u8.ToArray())),
    ]);

    public static ProcessedCrash Processed(CrashId id) => ProcessedCrash.Parse($$"""{"uuid": "{{id}}", "signature": "js::Something", "email": "who@example.org"}""");
}
