using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores.Crashes;
using Npgsql;

namespace Dashboard.Core.Stores.Postgres;

/// <summary>
/// Raw and processed crashes in PostgreSQL, in Socorro's tables: <c>raw_crashes_20150330</c>, one for each week, named by its Monday. Keeps no dumps, and not what
/// Socorro derives from crashes (<c>reports</c>).
/// </summary>
public sealed class PostgresStore : CrashStore
{
    private const int Page = 500;
    private readonly StoreRuns<NpgsqlConnection> runs;
    private readonly NpgsqlDataSource source;

    /// <summary>A store in a database.</summary>
    /// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
    /// <param name="source">Its pool; closed with the store.</param>
    /// <param name="context">Who tells, where, and the clock.</param>
    /// <param name="waits">How it waits; null for the original's way, for ever.</param>
    public PostgresStore(string name, NpgsqlDataSource source, StoreContext context, ExecutorOptions? waits = null)
        : base(name)
    {
        this.source = source;

        // Each save is one statement, and doing it again changes nothing.
        runs = new StoreRuns<NpgsqlConnection>(new NpgsqlResource(source, NpgsqlUse.Statements), waits ?? StoreWaits.Infinite, waits ?? StoreWaits.Infinite, context);
    }

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.SaveRaw | StoreCapabilities.SaveProcessed | StoreCapabilities.GetRaw | StoreCapabilities.GetProcessed | StoreCapabilities.Remove | StoreCapabilities.Enumerate
        | StoreCapabilities.ConditionalCreate;

    /// <summary>The resource by its name, by which its retries are found.</summary>
    public override string Resource => runs.Resource;

    /// <inheritdoc/>
    public override async ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(raw);
        await WriteAsync(id, CrashItem.Raw, raw.Utf8, replaces: true, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(processed);
        await WriteAsync(processed.Id, CrashItem.Processed, processed.Utf8, replaces: true, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) => new((await ReadItemAsync(id, CrashItem.Raw, cancellationToken)).Span);

    /// <inheritdoc/>
    public override async ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) =>
        new((await ReadItemAsync(id, CrashItem.Processed, cancellationToken)).Span);

    /// <inheritdoc/>
    public override async ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken)
    {
        var entries = new List<CatalogEntry>();
        foreach (var item in (CrashItem[])[CrashItem.Raw, CrashItem.Processed])
        {
            if (await AskAsync($"select octet_length({ColumnOf(item)}::text) from {TableOf(item, id)} where uuid = $1::uuid", id, item, cancellationToken) is int size)
            {
                entries.Add(new CatalogEntry(item, size, null));
            }
        }

        return new CrashCatalog(id, entries);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<CrashCatalog> EnumerateAsync(DateOnly day, char salt, CrashId? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (last, more) = (after, true);
        while (more)
        {
            var page = await PageAsync(day, salt, last, cancellationToken);
            more = page.Count == Page;
            foreach (var id in page)
            {
                yield return await CatalogAsync(id, cancellationToken);
                last = id;
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken)
    {
        var kept = Keeps(item) ? await AskAsync($"select {ColumnOf(item)}::text from {TableOf(item, id)} where uuid = $1::uuid", id, item, cancellationToken) as string : null;
        return kept is null ? throw new CrashNotFoundException(Name, id, item) : Encoding.UTF8.GetBytes(kept);
    }

    /// <inheritdoc/>
    public override async ValueTask<CreateOutcome> CreateItemAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (!Keeps(item))
        {
            throw new NotSupportedException($"{Name} is a {nameof(PostgresStore)}, which keeps no dumps.");
        }

        return await WriteAsync(id, item, content, replaces: false, cancellationToken) ? CreateOutcome.Created
            : (await ReadItemAsync(id, item, cancellationToken)).Span.SequenceEqual(content.Span) ? CreateOutcome.Same
            : CreateOutcome.Differs;
    }

    /// <inheritdoc/>
    public override async ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken)
    {
        var removed = false;

        // The raw crash first: from then on the crash is not there, whatever becomes of the rest.
        foreach (var item in (CrashItem[])[CrashItem.Raw, CrashItem.Processed])
        {
            removed |= await AskAsync($"delete from {TableOf(item, id)} where uuid = $1::uuid returning true", id, item, cancellationToken) is true;
        }

        if (!removed)
        {
            throw new CrashNotFoundException(Name, id);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await source.DisposeAsync();
    }

    private static bool Keeps(CrashItem item) => item.Kind is CrashItemKind.RawCrash or CrashItemKind.ProcessedCrash;

    private static string TableOf(CrashItem item, CrashId id) =>
        TableOf(item, id.Day ?? throw new FormatException($"The last six digits of crash {id} are no day, so nothing says in which table it is."));

    private static string TableOf(CrashItem item, DateOnly day)
    {
        var monday = day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
        return $"{FamilyOf(item)}_{monday.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}";
    }

    private static string FamilyOf(CrashItem item) => item == CrashItem.Processed ? "processed_crashes" : "raw_crashes";

    private static string ColumnOf(CrashItem item) => item == CrashItem.Processed ? "processed_crash" : "raw_crash";

    private async ValueTask<bool> WriteAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, bool replaces, CancellationToken cancellationToken)
    {
        var (table, column) = (TableOf(item, id), ColumnOf(item));
        var conflict = replaces ? $"do update set {column} = excluded.{column}" : "do nothing";
        var sql = $"insert into {table} (uuid, {column}, date_processed) values ($1::uuid, $2::json, now()) on conflict (uuid) {conflict} returning true";
        try
        {
            return await RunAsync(runs.Save, sql, [id.Value, Encoding.UTF8.GetString(content.Span)], cancellationToken) is true;
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw new StoreMisconfiguredException(Name, $"there is no table {table}; the job that makes the tables of a week has not run", missing);
        }
    }

    private async ValueTask<object?> AskAsync(string sql, CrashId id, CrashItem item, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(runs.Get, sql, [id.Value], cancellationToken);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            await FamilyIsThereAsync(item, missing, cancellationToken);
            return null;
        }
    }

    // A week without a table is a week without crashes, as long as the family of tables is there.
    private async ValueTask FamilyIsThereAsync(CrashItem item, Exception missing, CancellationToken cancellationToken)
    {
        if (await RunAsync(runs.Get, "select to_regclass($1) is not null", [FamilyOf(item)], cancellationToken) is not true)
        {
            throw new StoreMisconfiguredException(Name, $"there is no table {FamilyOf(item)}", missing);
        }
    }

    private static ValueTask<object?> RunAsync(TransactionExecutor<NpgsqlConnection> executor, string sql, string[] values, CancellationToken cancellationToken) => executor.RunAsync(
        static async (connection, asked, cancellation) =>
        {
            await using var command = new NpgsqlCommand(asked.sql, connection);
            foreach (var value in asked.values)
            {
                command.Parameters.Add(new() { Value = value });
            }

            return await command.ExecuteScalarAsync(cancellation);
        },
        (sql, values),
        cancellationToken);

    private async ValueTask<List<CrashId>> PageAsync(DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken)
    {
        // An id keeps its order as text and as uuid. Its day is at its end, which no index helps with, but a table holds a week.
        var sql = $"""
            select array(
                select uuid::text from {TableOf(CrashItem.Raw, day)}
                 where uuid > $1::uuid and uuid::text like $2
                 order by uuid
                 limit {Page})
            """;
        string[] values = [after?.Value ?? $"{salt}0000000-0000-0000-0000-000000000000", string.Create(CultureInfo.InvariantCulture, $"{salt}%{day:yyMMdd}")];
        try
        {
            return [.. ((string[])(await RunAsync(runs.Get, sql, values, cancellationToken))!).Select(CrashId.Parse)];
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            await FamilyIsThereAsync(CrashItem.Raw, missing, cancellationToken);
            return [];
        }
    }
}
