using System.Text.Json;
using Dapper;
using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Trees;
using Npgsql;

namespace Dashboard.Core.Stores.CutOver;

/// <summary>What is remembered of moves between stores, in the dashboard's own records: trees, use, comparisons, words.</summary>
public sealed class MoveLedger(OwnDatabase database)
{
    /// <summary>What the audit calls it.</summary>
    public const string VouchKind = "cut-over";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    // The same tree again, after a restart say, is no news.
    private const string TreeSql = """
        insert into dashboard.store_tree (node, who, shape)
        select @node, @who, @shape::jsonb
         where (select shape from dashboard.store_tree order by tree_id desc limit 1) is distinct from @shape::jsonb
        """;

    private const string TreesSql = """
        select accepted_at as AcceptedAt, who, shape::text as shape from dashboard.store_tree order by tree_id desc limit 200
        """;

    private const string NameSql = """
        insert into dashboard.store_use (store, class, named_by)
        values (@store, @class, @node)
        on conflict (store) do update set class = excluded.class, named_at = now(), named_by = excluded.named_by
        """;

    private const string UseSql = """
        update dashboard.store_use
           set reads = reads + @reads, writes = writes + @writes, read_at = greatest(read_at, @readAt), wrote_at = greatest(wrote_at, @wroteAt)
         where store = @store
        """;

    private const string UsesSql = """
        select store, class, since, named_at as NamedAt, named_by as NamedBy, read_at as ReadAt, wrote_at as WroteAt, reads, writes from dashboard.store_use order by store
        """;

    private const string ParitySql = """
        select from_day as FromDay, to_day as ToDay, array_to_json(seam)::text as seam, begun_at as BegunAt, ended_at as EndedAt, same, only_source as OnlySource, only_target as OnlyTarget, differs, unread, drawn, bad, upper99
          from dashboard.store_parity
         where source = @old and target = @new
         order by ended_at desc
         limit 1
        """;

    // Of the buckets only those are looked into that lie above what is allowed.
    private const string BudgetSql = """
        select min(minute) as Since, sum(succeeded + not_found)::bigint as Answered, sum(failed)::bigint as Failed,
               sum((select coalesce(sum(slow), 0) from unnest(buckets[@above:]) slow))::bigint as Slow
          from dashboard.store_minute
         where store = @store and minute >= @since
        having count(*) > 0
        """;

    private const string SaySql = """
        insert into dashboard.store_cutover_word (old, new, line, ok, words, said_by, audit_line)
        values (@old, @new, @line, @ok, @words, @by, @auditLine)
        on conflict (old, new, line) do update set ok = excluded.ok, words = excluded.words, said_by = excluded.said_by, said_at = now(), audit_line = excluded.audit_line
        """;

    private const string WordsSql = """
        select line, ok, words, said_by as By, said_at as At, audit_line as AuditLine from dashboard.store_cutover_word where old = @old and new = @new order by line
        """;

    /// <summary>A tree was taken into use; nothing is written when it is the one before.</summary>
    public Task AcceptAsync(string node, string who, StoreTree tree, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return database.Now.Statements.ExecuteAsync(TreeSql, new { node, who, shape = JsonSerializer.Serialize(tree.Shape, Json) }, cancellationToken);
    }

    /// <summary>The trees that were taken into use, the newest first.</summary>
    public async Task<IReadOnlyList<AcceptedTree>> TreesAsync(CancellationToken cancellationToken) =>
        [.. (await database.Now.Statements.QueryAsync<TreeRow>(TreesSql, new { }, cancellationToken)).Select(row => new AcceptedTree(Utc(row.AcceptedAt), row.Who, JsonSerializer.Deserialize<IReadOnlyList<StoreNode>>(row.Shape, Json)!))];

    /// <summary>Says that a store is in the tree of this node, and how it was used meanwhile.</summary>
    public async Task UseAsync(string node, IReadOnlyList<StoreLeaf> named, IReadOnlyList<StoreUsed> used, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(named);
        foreach (var leaf in named.DistinctBy(leaf => leaf.Resource))
        {
            await database.Now.Statements.ExecuteAsync(NameSql, new { store = leaf.Resource, @class = leaf.Configured.Class.Name, node }, cancellationToken);
        }

        if (used.Count > 0)
        {
            // All of it or nothing: what is given back when it fails must not be counted already.
            await database.Now.Once.RunAsync(
                static async (connection, used, token) => await connection.ExecuteAsync(new CommandDefinition(
                    UseSql, used.Select(each => new { store = each.Resource, reads = each.Reads, writes = each.Writes, readAt = each.ReadAt?.UtcDateTime, wroteAt = each.WroteAt?.UtcDateTime }), cancellationToken: token)),
                used,
                cancellationToken);
        }
    }

    /// <summary>How every store that was ever in a tree was used.</summary>
    public async Task<IReadOnlyList<StoreUsage>> UsesAsync(CancellationToken cancellationToken) =>
        [.. (await database.Now.Statements.QueryAsync<UseRow>(UsesSql, new { }, cancellationToken)).Select(row => row.ToUsage())];

    /// <summary>The newest comparison that was kept; null when there is none.</summary>
    public async Task<ParityEvidence?> ParityAsync(string old, string @new, CancellationToken cancellationToken) =>
        (await database.Now.Statements.QueryAsync<ParityRow>(ParitySql, new { old, @new }, cancellationToken)).SingleOrDefault()?.ToParity();

    /// <summary>How a store did within the days that count; null when nobody has counted what was asked of it.</summary>
    public async Task<BudgetEvidence?> BudgetAsync(string store, CutOverOptions options, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);

        // Arrays begin with 1, and the bucket of the bound itself is not above it.
        var facts = new { store, since = now.AddDays(-options.BudgetDays).UtcDateTime, above = Latencies.BucketOf(TimeSpan.FromSeconds(options.BudgetSeconds)) + 2 };
        return (await database.Now.Statements.QueryAsync<BudgetRow>(BudgetSql, facts, cancellationToken)).SingleOrDefault() is { } row ? new BudgetEvidence(Utc(row.Since), row.Answered, row.Failed, row.Slow, now) : null;
    }

    /// <summary>Says what was found when a line of the checklist was tried.</summary>
    public Task TriedAsync(string old, string @new, string line, bool ok, string words, string by, CancellationToken cancellationToken) =>
        database.Now.Statements.ExecuteAsync(SaySql, new { old, @new, line, ok, words, by, auditLine = (long?)null }, cancellationToken);

    /// <summary>Somebody vouches for a line of which the dashboard itself knows nothing: their word and its line in the audit, or neither.</summary>
    /// <param name="old">The old store, as <see cref="ICrashStore.Resource"/>.</param>
    /// <param name="new">The new store.</param>
    /// <param name="line">One of <see cref="CutOverRule.OfPeople"/>.</param>
    /// <param name="because">How they know.</param>
    /// <param name="who">Who.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Its place in the audit.</returns>
    public async Task<AuditAnchor> VouchAsync(string old, string @new, string line, string because, Actor who, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(who);
        var asks = CutOverRule.OfPeople.Single(one => one.Name == line).Asks;
        var entry = new AuditEntry(AuditEvents.Vouched, who, $"{asks}: for the move from {old} to {@new}.") { Kind = VouchKind, Reason = because };

        // The word carries the number of its line, so it comes second: the audit is held for one more statement.
        return await database.Now.Once.RunAsync(
            static async (connection, asked, token) =>
            {
                var anchor = await AuditQueries.AddAsync(connection, asked.entry, token);
                await connection.ExecuteAsync(new CommandDefinition(
                    SaySql, new { asked.old, @new = asked.@new, asked.line, ok = true, words = asked.because, by = asked.entry.Who.Name, auditLine = anchor.Sequence }, cancellationToken: token));
                return anchor;
            },
            (old, @new, line, because, entry),
            cancellationToken);
    }

    /// <summary>What was said of a move.</summary>
    public async Task<IReadOnlyList<CutOverWord>> WordsAsync(string old, string @new, CancellationToken cancellationToken) =>
        [.. (await database.Now.Statements.QueryAsync<WordRow>(WordsSql, new { old, @new }, cancellationToken)).Select(row => new CutOverWord(row.Line, row.Ok, row.Words, row.By, Utc(row.At), row.AuditLine))];

    private static DateTimeOffset Utc(DateTime at) => new(at, TimeSpan.Zero);

    private static DateTimeOffset? Utc(DateTime? at) => at is { } there ? Utc(there) : null;

    private sealed record TreeRow(DateTime AcceptedAt, string Who, string Shape);

    private sealed record UseRow(string Store, string Class, DateTime Since, DateTime NamedAt, string NamedBy, DateTime? ReadAt, DateTime? WroteAt, long Reads, long Writes)
    {
        public StoreUsage ToUsage() => new(Store, Class, Utc(Since), Utc(NamedAt), NamedBy, Utc(ReadAt), Utc(WroteAt), Reads, Writes);
    }

    private sealed record ParityRow(
        DateOnly FromDay, DateOnly ToDay, string Seam, DateTime BegunAt, DateTime EndedAt, long Same, long OnlySource, long OnlyTarget, long Differs, long Unread, long Drawn, long Bad, double Upper99)
    {
        public ParityEvidence ToParity() => new(FromDay, ToDay, JsonSerializer.Deserialize<DateOnly[]>(Seam)!, Utc(BegunAt), Utc(EndedAt), Same, OnlySource, OnlyTarget, Differs, Unread, Drawn, Bad, Upper99);
    }

    private sealed record BudgetRow(DateTime Since, long Answered, long Failed, long Slow);

    private sealed record WordRow(string Line, bool Ok, string Words, string By, DateTime At, long? AuditLine);
}
