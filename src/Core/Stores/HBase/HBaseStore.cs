using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Http;

namespace Dashboard.Core.Stores.HBase;

/// <summary>
/// Crashes in HBase's table <c>crash_reports</c> as Socorro kept them, through HBase's REST gateway: one row for each crash, written at once. Keeps no side indexes and no
/// counters, so it hands out no new crashes.
/// </summary>
/// <remarks>This was verified against a double that speaks the gateway's protocol as it is documented, never against HBase.</remarks>
public sealed class HBaseStore : CrashStore
{
    private const string RawColumn = "meta_data:json";
    private const string ProcessedColumn = "processed_data:json";
    private const string DumpFamily = "raw_data:";
    private readonly HBaseOptions options;
    private readonly Uri table;
    private readonly TimeProvider clock;
    private readonly HttpClient client;
    private readonly StoreRuns<HttpClient> runs;

    /// <summary>A store behind a gateway.</summary>
    /// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
    /// <param name="options">Which gateway and table.</param>
    /// <param name="context">Who tells, where, and the clock.</param>
    /// <param name="waits">How it waits; null for the original's way, for ever.</param>
    public HBaseStore(string name, HBaseOptions options, StoreContext context, ExecutorOptions? waits = null)
        : base(name)
    {
        this.options = options;
        table = new Uri(options.Gateway, options.Table);
        clock = context.Clock;
        client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        runs = new StoreRuns<HttpClient>(new HttpResource("hbase", client, options.Gateway), waits ?? StoreWaits.Infinite, waits ?? StoreWaits.Infinite, context);
    }

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => StoreCapabilities.All | StoreCapabilities.Remove | StoreCapabilities.Enumerate;

    /// <summary>The resource by its name, by which its retries are found.</summary>
    public override string Resource => runs.Resource;

    /// <summary>The row of a crash: its first digit, so that a day is spread over sixteen regions, its day, its id.</summary>
    public static string RowOf(CrashId id) => $"{id.Salt}{id.DayText}{id}";

    /// <inheritdoc/>
    public override async ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(raw);
        ArgumentNullException.ThrowIfNull(dumps);
        var cells = RawCells(raw, id);
        foreach (var (name, dump) in dumps)
        {
            cells.Add((DumpFamily + name, await dump.BytesAsync(cancellationToken)));
        }

        await PutAsync(id, cells, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(processed);
        return PutAsync(processed.Id, ProcessedCells(processed), cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) => new((await ReadItemAsync(id, CrashItem.Raw, cancellationToken)).Span);

    /// <inheritdoc/>
    public override async ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken) =>
        Dump.Of(await ReadItemAsync(id, CrashItem.Dump(name), cancellationToken));

    /// <inheritdoc/>
    public override async ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken)
    {
        var row = await RowAsync(id, null, cancellationToken);
        return row is not null && row.Cells.Any(cell => cell.Column == RawColumn)
            ? new Dumps(row.Cells.Where(cell => cell.Column.StartsWith(DumpFamily, StringComparison.Ordinal)).Select(cell => KeyValuePair.Create(cell.Column[DumpFamily.Length..], Dump.Of(cell.Value))))
            : throw new CrashNotFoundException(Name, id);
    }

    /// <inheritdoc/>
    public override async ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) =>
        new((await ReadItemAsync(id, CrashItem.Processed, cancellationToken)).Span);

    /// <inheritdoc/>
    public override async ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) =>
        await RowAsync(id, null, cancellationToken) is { } row ? CatalogOf(id, row.Cells.Select(cell => (cell.Column, (long?)cell.Value.Length))) : new CrashCatalog(id, []);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<CrashCatalog> EnumerateAsync(DateOnly day, char salt, CrashId? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await TableIsThereAsync(cancellationToken);
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{salt}{day:yyMMdd}");

        // What is behind an id begins with it and the least character.
        var from = after is { } last ? $"{prefix}{last}\0" : prefix + salt;
        (string Key, List<(string Column, long? Size)> Columns)? open = null;
        await foreach (var row in HBaseGateway.ScanAsync(client, table, from, prefix + "g", options.Page, cancellationToken))
        {
            if (open is { } read && read.Key != row.Key)
            {
                if (IdOf(read.Key) is { } id)
                {
                    yield return CatalogOf(id, read.Columns);
                }

                open = null;
            }

            open ??= (row.Key, []);
            open.Value.Columns.AddRange(row.Cells.Select(cell => (cell.Column, (long?)null)));
        }

        if (open is { } rest && IdOf(rest.Key) is { } lastId)
        {
            yield return CatalogOf(lastId, rest.Columns);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken)
    {
        if (item == CrashItem.DumpNames)
        {
            var catalog = await CatalogAsync(id, cancellationToken);
            return catalog.Has(item) ? NamesIn(catalog.Entries) : throw new CrashNotFoundException(Name, id, item);
        }

        var columns = ColumnsOf(item);
        var row = await RowAsync(id, string.Join(',', columns), cancellationToken);
        foreach (var column in columns)
        {
            foreach (var cell in row?.Cells ?? [])
            {
                if (cell.Column == column)
                {
                    return cell.Value;
                }
            }
        }

        throw new CrashNotFoundException(Name, id, item);
    }

    /// <summary>The gateway can compare, but not with nothing: it is looked for first, which another writer may come between.</summary>
    public override async ValueTask<CreateOutcome> CreateItemAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (item == CrashItem.DumpNames)
        {
            // The names are the columns that are there.
            return CreateOutcome.Same;
        }

        try
        {
            return (await ReadItemAsync(id, item, cancellationToken)).Span.SequenceEqual(content.Span) ? CreateOutcome.Same : CreateOutcome.Differs;
        }
        catch (CrashNotFoundException)
        {
            var cells = item == CrashItem.Raw ? RawCells(new RawCrash(content.Span), id) : item == CrashItem.Processed ? ProcessedCells(new ProcessedCrash(content.Span)) : [(ColumnsOf(item)[0], content)];
            await PutAsync(id, cells, cancellationToken);
            return CreateOutcome.Created;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken)
    {
        if (await RowAsync(id, null, cancellationToken) is null)
        {
            throw new CrashNotFoundException(Name, id);
        }

        await runs.Save.RunAsync(
            static async (client, asked, cancellation) =>
            {
                await HBaseGateway.DeleteAsync(client, asked.table, RowOf(asked.id), cancellation);
                return true;
            },
            (table, id),
            cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        client.Dispose();
    }

    /// <inheritdoc/>
    protected override ValueTask ReplaceRawAsync(RawCrash raw, CrashId id, CancellationToken cancellationToken) => PutAsync(id, RawCells(raw, id), cancellationToken);

    private static string[] ColumnsOf(CrashItem item) => item.Kind switch
    {
        CrashItemKind.RawCrash => [RawColumn],
        CrashItemKind.ProcessedCrash => [ProcessedColumn],

        // The first dump has been kept under both of its names.
        _ when item.Name == DumpName.First => [DumpFamily + DumpName.First, DumpFamily + DumpName.FirstAsSent],
        _ => [DumpFamily + item.Name],
    };

    private static CrashId? IdOf(string row) => row.Length > 7 && CrashId.TryParse(row[7..], out var id) ? id : null;

    private static CrashCatalog CatalogOf(CrashId id, IEnumerable<(string Column, long? Size)> columns)
    {
        var entries = new List<CatalogEntry>();
        foreach (var (column, size) in columns)
        {
            var item = column switch
            {
                RawColumn => CrashItem.Raw,
                ProcessedColumn => CrashItem.Processed,
                _ when column.StartsWith(DumpFamily, StringComparison.Ordinal) => CrashItem.Dump(column[DumpFamily.Length..]),
                _ => (CrashItem?)null,
            };
            if (item is { } kept)
            {
                entries.Add(new CatalogEntry(kept, size, null));
            }
        }

        if (entries.Exists(entry => entry.Item == CrashItem.Raw))
        {
            entries.Add(new CatalogEntry(CrashItem.DumpNames, NamesIn(entries).Length, null));
        }

        return new CrashCatalog(id, [.. entries.OrderBy(entry => entry.Item)]);
    }

    private static ReadOnlyMemory<byte> NamesIn(IEnumerable<CatalogEntry> entries) =>
        DumpNames.Write(entries.Where(entry => entry.Item.Kind == CrashItemKind.Dump).Select(entry => entry.Item.Name));

    private static ReadOnlyMemory<byte> Text(string text) => Encoding.UTF8.GetBytes(text);

    private static List<(string Column, ReadOnlyMemory<byte> Value)> RawCells(RawCrash raw, CrashId id)
    {
        var cells = new List<(string, ReadOnlyMemory<byte>)> { (RawColumn, raw.Utf8), ("ids:ooid", Text(id.Value)), ("flags:processed", Text("N")) };
        if (raw.Text("submitted_timestamp") is { } submitted)
        {
            cells.Add(("timestamps:submitted", Text(submitted)));
        }

        return cells;
    }

    private List<(string Column, ReadOnlyMemory<byte> Value)> ProcessedCells(ProcessedCrash processed) =>
    [
        (ProcessedColumn, processed.Utf8),
        ("processed_data:signature", Text(processed.Text("signature") switch { null => "##null##", "" => "##empty##", var signature => signature })),
        ("timestamps:processed", Text(clock.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture))),
        ("flags:processed", Text("Y")),
    ];

    private async ValueTask PutAsync(CrashId id, List<(string Column, ReadOnlyMemory<byte> Value)> cells, CancellationToken cancellationToken) => await runs.Save.RunAsync(
        static async (client, asked, cancellation) =>
        {
            try
            {
                await HBaseGateway.PutAsync(client, asked.store.table, RowOf(asked.id), asked.cells, cancellation);
                return true;
            }
            catch (HttpRequestException missing) when (missing.StatusCode == System.Net.HttpStatusCode.NotFound)
            {
                throw asked.store.NoTable();
            }
        },
        (store: this, id, cells),
        cancellationToken);

    private ValueTask<HBaseRow?> RowAsync(CrashId id, string? columns, CancellationToken cancellationToken) => runs.Get.RunAsync(
        static async (client, asked, cancellation) =>
        {
            var row = await HBaseGateway.RowAsync(client, asked.store.table, RowOf(asked.id), asked.columns, cancellation);
            return row is not null || await HBaseGateway.HasTableAsync(client, asked.store.table, cancellation) ? row : throw asked.store.NoTable();
        },
        (store: this, id, columns),
        cancellationToken);

    private async ValueTask TableIsThereAsync(CancellationToken cancellationToken) => await runs.Get.RunAsync(
        static async (client, store, cancellation) => await HBaseGateway.HasTableAsync(client, store.table, cancellation) ? true : throw store.NoTable(), this, cancellationToken);

    private StoreMisconfiguredException NoTable() => new(Name, $"there is no table {options.Table} behind {options.Gateway}");
}
