using System.IO.Compression;
using System.Runtime.CompilerServices;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Files;

/// <summary>
/// Crashes in a file tree (<see cref="FileTree"/>), the original's <c>FSRadixTreeStorage</c> and <c>FSPermanentStorage</c>. A crash is there when its raw crash is: dumps are
/// written before, each file whole or not at all.
/// </summary>
public class FileStore : CrashStore
{
    private readonly StoreRuns<FileTree> runs;

    /// <summary>A store in a tree.</summary>
    /// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
    /// <param name="tree">Where.</param>
    /// <param name="context">Who tells, where, and the clock.</param>
    /// <param name="waits">How it waits; null for one attempt.</param>
    public FileStore(string name, FileTree tree, StoreContext context, ExecutorOptions? waits = null)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(tree);
        Tree = tree;
        runs = new StoreRuns<FileTree>(new FileResource(tree), waits ?? StoreWaits.Once, waits ?? StoreWaits.Once, context);
    }

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.All | StoreCapabilities.Remove | StoreCapabilities.Enumerate | StoreCapabilities.ConditionalCreate;

    /// <inheritdoc/>
    public override string Resource => runs.Resource;

    /// <summary>Where.</summary>
    protected FileTree Tree { get; }

    /// <inheritdoc/>
    public override ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken) =>
        SaveAsync(id, raw, dumps, null, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(processed);
        return SaveAsync(processed.Id, null, null, processed, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken) =>
        SaveAsync(id, raw, dumps, processed, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) =>
        new((await ReadItemAsync(id, CrashItem.Raw, cancellationToken)).Span);

    /// <inheritdoc/>
    public override async ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken) =>
        Dump.Of(await ReadItemAsync(id, CrashItem.Dump(name), cancellationToken));

    /// <inheritdoc/>
    public override async ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken)
    {
        var catalog = await CatalogAsync(id, cancellationToken);
        if (!catalog.Has(CrashItem.Raw))
        {
            throw new CrashNotFoundException(Name, id);
        }

        var dumps = new List<KeyValuePair<string, Dump>>();
        foreach (var entry in catalog.Entries.Where(entry => entry.Item.Kind == CrashItemKind.Dump))
        {
            dumps.Add(new(entry.Item.Name, Dump.Of(await ReadItemAsync(id, entry.Item, cancellationToken))));
        }

        return new Dumps(dumps);
    }

    /// <inheritdoc/>
    public override async ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) =>
        new((await ReadItemAsync(id, CrashItem.Processed, cancellationToken)).Span);

    /// <inheritdoc/>
    public override ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) =>
        runs.Get.RunAsync(static (tree, id, _) => new ValueTask<CrashCatalog>(CatalogOf(id, FilesOf(tree, id))), id, cancellationToken);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<CrashCatalog> EnumerateAsync(
        DateOnly day, char salt, CrashId? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var second in "0123456789abcdef")
        {
            // All that begins with the same two digits at once: at most a 256th of a day.
            var octet = $"{salt}{second}";
            if (after is { } last && string.CompareOrdinal(octet, last.Value[..2]) < 0)
            {
                continue;
            }

            var page = await runs.Get.RunAsync(
                static (tree, asked, _) => new ValueTask<IReadOnlyList<CrashCatalog>>(CatalogsOf(tree, asked.day, asked.octet)), (day, octet), cancellationToken);
            foreach (var catalog in page.Where(catalog => after is not { } last || catalog.Id > last))
            {
                yield return catalog;
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken) =>
        runs.Get.RunAsync(
            static async (tree, asked, cancellation) =>
            {
                if (tree.File(asked.id, asked.item) is not { } path)
                {
                    var catalog = CatalogOf(asked.id, FilesOf(tree, asked.id));
                    return catalog.Has(CrashItem.DumpNames) ? NamesIn(catalog.Entries) : throw new CrashNotFoundException(asked.Name, asked.id, asked.item);
                }

                try
                {
                    var kept = await File.ReadAllBytesAsync(path, cancellation);
                    return asked.item == CrashItem.Processed ? await UnzipAsync(kept, cancellation) : kept;
                }
                catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException && Directory.Exists(tree.Root))
                {
                    throw new CrashNotFoundException(asked.Name, asked.id, asked.item);
                }
                catch (DirectoryNotFoundException missing)
                {
                    throw new StoreMisconfiguredException(asked.Name, $"there is no folder {tree.Root}", missing);
                }
            },
            (Name, id, item),
            cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<CreateOutcome> CreateItemAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        runs.Save.RunAsync(
            static async (tree, asked, cancellation) =>
            {
                if (tree.File(asked.id, asked.item) is not { } path)
                {
                    // The names are the files that are there.
                    return CreateOutcome.Same;
                }

                if (await DurableFile.CreateAsync(path, (file, cancellation) => WriteAsync(file, asked.item, asked.content, cancellation), cancellation))
                {
                    return CreateOutcome.Created;
                }

                var kept = await File.ReadAllBytesAsync(path, cancellation);
                var there = asked.item == CrashItem.Processed ? (await UnzipAsync(kept, cancellation)).Span : kept;
                return there.SequenceEqual(asked.content.Span) ? CreateOutcome.Same : CreateOutcome.Differs;
            },
            (id, item, content),
            cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken) =>
        await runs.Save.RunAsync(
            static (tree, asked, _) =>
            {
                var files = FilesOf(tree, asked.id);
                if (files.Count == 0)
                {
                    throw new CrashNotFoundException(asked.Name, asked.id);
                }

                // The raw crash first: from then on the crash is not there, whatever becomes of the rest.
                foreach (var (item, file) in files.OrderByDescending(one => one.Item == CrashItem.Raw))
                {
                    file.Delete();
                }

                if (tree.HasCrashFolders)
                {
                    Directory.Delete(tree.CrashFolder(asked.id), recursive: true);
                }

                return new ValueTask<bool>(true);
            },
            (Name, id),
            cancellationToken);

    /// <inheritdoc/>
    protected override ValueTask ReplaceRawAsync(RawCrash raw, CrashId id, CancellationToken cancellationToken) => SaveAsync(id, raw, null, null, cancellationToken);

    /// <summary>Called after a raw crash is in its place, in the same run: a crash is announced when all of it is there.</summary>
    protected virtual void Announce(CrashId id)
    {
    }

    /// <summary>Runs a function on the tree as a save does.</summary>
    protected ValueTask<TResult> RunAsync<TState, TResult>(Func<FileTree, TState, CancellationToken, ValueTask<TResult>> work, TState state, CancellationToken cancellationToken) =>
        runs.Save.RunAsync(work, state, cancellationToken);

    private async ValueTask SaveAsync(CrashId id, RawCrash? raw, Dumps? dumps, ProcessedCrash? processed, CancellationToken cancellationToken) =>
        await runs.Save.RunAsync(
            static async (tree, save, cancellation) =>
            {
                if (save.dumps is { } dumps)
                {
                    foreach (var (name, dump) in dumps)
                    {
                        await DurableFile.ReplaceAsync(
                            tree.File(save.id, CrashItem.Dump(name))!,
                            async (file, cancellation) =>
                            {
                                await using var content = dump.OpenRead();
                                await content.CopyToAsync(file, cancellation);
                            },
                            cancellation);
                    }

                    // What an earlier save kept under names this one has not.
                    foreach (var (item, file) in FilesOf(tree, save.id).Where(one => one.Item.Kind == CrashItemKind.Dump && !dumps.ContainsKey(one.Item.Name)))
                    {
                        file.Delete();
                    }
                }

                if (save.processed is { } processed)
                {
                    await DurableFile.ReplaceAsync(
                        tree.File(save.id, CrashItem.Processed)!, (file, cancellation) => WriteAsync(file, CrashItem.Processed, processed.Utf8, cancellation), cancellation);
                }

                if (save.raw is { } raw)
                {
                    await DurableFile.ReplaceAsync(
                        tree.File(save.id, CrashItem.Raw)!, (file, cancellation) => WriteAsync(file, CrashItem.Raw, raw.Utf8, cancellation), cancellation);
                    if (save.dumps is not null)
                    {
                        save.store.Announce(save.id);
                    }
                }

                return true;
            },
            (store: this, id, raw, dumps, processed),
            cancellationToken);

    private static async ValueTask WriteAsync(Stream file, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (item != CrashItem.Processed)
        {
            await file.WriteAsync(content, cancellationToken);
            return;
        }

        await using var zip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true);
        await zip.WriteAsync(content, cancellationToken);
    }

    private static async ValueTask<ReadOnlyMemory<byte>> UnzipAsync(byte[] kept, CancellationToken cancellationToken)
    {
        await using var zip = new GZipStream(new MemoryStream(kept), CompressionMode.Decompress);
        using var content = new MemoryStream();
        await zip.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    private static List<(CrashItem Item, FileInfo File)> FilesOf(FileTree tree, CrashId id)
    {
        var folder = new DirectoryInfo(tree.CrashFolder(id));
        if (!folder.Exists)
        {
            return Directory.Exists(tree.Root) ? [] : throw new StoreMisconfiguredException("A file tree", $"there is no folder {tree.Root}");
        }

        return [.. folder.EnumerateFiles($"{id}*").Select(file => (Read: FileTree.Read(file.Name), File: file)).Where(one => one.Read?.Id == id).Select(one => (one.Read!.Value.Item, one.File))];
    }

    private static CrashCatalog CatalogOf(CrashId id, IEnumerable<(CrashItem Item, FileInfo File)> files)
    {
        var entries = files.Select(one => new CatalogEntry(one.Item, one.Item == CrashItem.Processed ? null : one.File.Length, null)).ToList();
        if (entries.Exists(entry => entry.Item == CrashItem.Raw))
        {
            entries.Add(new CatalogEntry(CrashItem.DumpNames, NamesIn(entries).Length, null));
        }

        return new CrashCatalog(id, [.. entries.OrderBy(entry => entry.Item)]);
    }

    private static ReadOnlyMemory<byte> NamesIn(IEnumerable<CatalogEntry> entries) =>
        DumpNames.Write(entries.Where(entry => entry.Item.Kind == CrashItemKind.Dump).Select(entry => entry.Item.Name));

    private static IReadOnlyList<CrashCatalog> CatalogsOf(FileTree tree, DateOnly day, string octet)
    {
        var names = new DirectoryInfo(tree.NameFolder(FileTree.DayOf(day)));
        if (!names.Exists)
        {
            return Directory.Exists(tree.Root) ? [] : throw new StoreMisconfiguredException("A file tree", $"there is no folder {tree.Root}");
        }

        var below = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        var folder = new DirectoryInfo(Path.Combine(names.FullName, octet));
        var files = folder.Exists ? folder.EnumerateFiles("*", below) : [];

        // Where a depth digit means no levels, crashes lie beside the folders of two digits.
        var beside = names.EnumerateDirectories($"{octet}*").Where(one => one.Name.Length == CrashId.Length).SelectMany(one => one.EnumerateFiles());
        return [.. files.Concat(beside)
            .Select(file => (Read: FileTree.Read(file.Name), File: file))
            .Where(one => one.Read is not null)
            .GroupBy(one => one.Read!.Value.Id, one => (one.Read!.Value.Item, one.File))
            .OrderBy(group => group.Key)
            .Select(group => CatalogOf(group.Key, group))];
    }
}
