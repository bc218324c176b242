using Dapper;
using Dashboard.Core.Database;
using Dashboard.Core.Stores.Crashes;
using Npgsql;

namespace Dashboard.Core.Stores.Parity;

/// <summary>Keeps what comparisons of stores found.</summary>
public interface IParityRecords
{
    /// <summary>Keeps a comparison that has ended.</summary>
    /// <returns>Its number.</returns>
    Task<long> KeepAsync(ParityReport report, DateTimeOffset begunAt, DateTimeOffset endedAt, CancellationToken cancellationToken);

    /// <summary>The newest comparison of each two stores, at most twenty, the newest first.</summary>
    /// <param name="known">What was read last: the same object comes back when there is no newer one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<IReadOnlyList<KeptParity>> NewestAsync(IReadOnlyList<KeptParity> known, CancellationToken cancellationToken);

    /// <summary>Forgets what ended before, but for the newest of each two stores.</summary>
    Task PruneAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>As <see cref="IParityRecords"/>, in the dashboard's own records.</summary>
public sealed class ParityRecords(OwnDatabase database) : IParityRecords
{
    private const string KeepSql = """
        insert into dashboard.store_parity (source, target, from_day, to_day, seam, sample_rate, least, seed, same, only_source, only_target, differs, unread, drawn, bad, upper99, begun_at, ended_at)
        values (@Source, @Target, @From, @To, @Seam, @SampleRate, @Least, @Seed, @Same, @OnlySource, @OnlyTarget, @Differs, @Unread, @Drawn, @Bad, @Upper99, @BegunAt, @EndedAt)
        returning parity_id
        """;

    private const string CellsSql = """
        insert into dashboard.store_parity_cell (parity_id, day, kind, same, only_source, only_target, differs, read, unread, drawn, bad)
        select @Id, cell.* from unnest(@Days::date[], @Kinds, @Same, @OnlySource, @OnlyTarget, @Differs, @Read, @Unread, @Drawn, @Bad) cell
        """;

    private const string ItemsSql = """
        insert into dashboard.store_parity_item (parity_id, crash_id, item, outcome)
        select @Id, item.* from unnest(@Crashes, @Items, @Outcomes) item
        """;

    private const string NewestIdsSql = """
        select max(parity_id) as id
          from dashboard.store_parity
         where sample_rate is not null
         group by source, target
         order by id desc
         limit 20
        """;

    private const string NewestSql = """
        select parity_id as Id, source, target, from_day as FromDay, to_day as ToDay, seam, drawn, bad, only_source + only_target + differs as Differences, begun_at as BegunAt, ended_at as EndedAt
          from dashboard.store_parity
         where parity_id = any(@ids)
         order by parity_id desc
        """;

    private const string NewestCellsSql = """
        select parity_id as Id, day, kind, same, only_source as OnlySource, only_target as OnlyTarget, differs, read, unread, drawn, bad
          from dashboard.store_parity_cell
         where parity_id = any(@ids)
         order by parity_id, day, kind
        """;

    private const string NewestItemsSql = """
        select parity_id as Id, crash_id as CrashId, item, outcome
          from unnest(@ids) asked (id)
          cross join lateral (select * from dashboard.store_parity_item where parity_id = asked.id order by crash_id, item limit @most) item
         order by parity_id, crash_id, item
        """;

    private const string PruneSql = """
        delete from dashboard.store_parity old
         where old.ended_at < @before
           and exists (select from dashboard.store_parity newer where newer.source = old.source and newer.target = old.target and newer.parity_id > old.parity_id)
        """;

    /// <inheritdoc/>
    public async Task<long> KeepAsync(ParityReport report, DateTimeOffset begunAt, DateTimeOffset endedAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        return await database.Now.Once.RunAsync(
            static async (connection, asked, cancellation) =>
            {
                var (report, plan) = (asked.report, asked.report.Plan);
                var id = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                    KeepSql,
                    new
                    {
                        report.Source, report.Target, From = At(plan.From), To = At(plan.To), Seam = plan.Seam.Order().ToArray(), plan.SampleRate, Least = plan.LeastOfEach, plan.Seed, report.Sample.Drawn,
                        report.Sample.Bad, report.Sample.Upper99, Same = report.Cells.Sum(cell => cell.Same), OnlySource = report.Cells.Sum(cell => cell.OnlySource),
                        OnlyTarget = report.Cells.Sum(cell => cell.OnlyTarget), Differs = report.Cells.Sum(cell => cell.Differs), Unread = report.Cells.Sum(cell => cell.Unread), BegunAt = asked.begunAt.UtcDateTime, EndedAt = asked.endedAt.UtcDateTime,
                    },
                    cancellationToken: cancellation));
                await connection.ExecuteAsync(new CommandDefinition(CellsSql, Columns(id, report.Cells), cancellationToken: cancellation));
                await connection.ExecuteAsync(new CommandDefinition(
                    ItemsSql,
                    new
                    {
                        Id = id, Crashes = report.Differences.Select(one => one.Id.Value).ToArray(), Items = report.Differences.Select(one => one.Item.ToString()).ToArray(),
                        Outcomes = report.Differences.Select(one => one.Outcome.ToString()).ToArray(),
                    },
                    cancellationToken: cancellation));
                return id;
            },
            (report, begunAt, endedAt),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeptParity>> NewestAsync(IReadOnlyList<KeptParity> known, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(known);
        return await database.Now.Statements.RunAsync(
            static async (connection, known, cancellation) =>
            {
                var ids = (await connection.QueryAsync<long>(new CommandDefinition(NewestIdsSql, cancellationToken: cancellation))).AsList();
                return ids.SequenceEqual(known.Select(one => one.Id)) ? known : await ReadAsync(connection, [.. ids], cancellation);
            },
            known,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) => database.Now.Statements.ExecuteAsync(PruneSql, new { before = before.UtcDateTime }, cancellationToken);

    private static async Task<IReadOnlyList<KeptParity>> ReadAsync(NpgsqlConnection connection, long[] ids, CancellationToken cancellation)
    {
        var asked = new { ids, most = KeptParity.MostNamed };
        var rows = (await connection.QueryAsync<ParityRow>(new CommandDefinition(NewestSql, asked, cancellationToken: cancellation))).AsList();
        var cells = (await connection.QueryAsync<CellRow>(new CommandDefinition(NewestCellsSql, asked, cancellationToken: cancellation))).ToLookup(cell => cell.Id);
        var items = (await connection.QueryAsync<ItemRow>(new CommandDefinition(NewestItemsSql, asked, cancellationToken: cancellation))).ToLookup(item => item.Id);
        return [.. rows.Select(row => row.ToParity(cells[row.Id], items[row.Id]))];
    }

    private static object Columns(long id, IReadOnlyList<ParityCell> cells) => new
    {
        Id = id,
        Days = cells.Select(cell => cell.Day).ToArray(),
        Kinds = cells.Select(cell => cell.Kind.ToString()).ToArray(),
        Same = cells.Select(cell => cell.Same).ToArray(),
        OnlySource = cells.Select(cell => cell.OnlySource).ToArray(),
        OnlyTarget = cells.Select(cell => cell.OnlyTarget).ToArray(),
        Differs = cells.Select(cell => cell.Differs).ToArray(),
        Read = cells.Select(cell => cell.Read).ToArray(),
        Unread = cells.Select(cell => cell.Unread).ToArray(),
        Drawn = cells.Select(cell => cell.Drawn).ToArray(),
        Bad = cells.Select(cell => cell.Bad).ToArray(),
    };

    private static DateTime At(DateOnly day) => day.ToDateTime(TimeOnly.MinValue);

    // Properties, for arrays cannot be matched with the parameters of a constructor.
    private sealed record ParityRow
    {
        public required long Id { get; init; }

        public required string Source { get; init; }

        public required string Target { get; init; }

        public required DateOnly FromDay { get; init; }

        public required DateOnly ToDay { get; init; }

        public required DateOnly[] Seam { get; init; }

        public required long Drawn { get; init; }

        public required long Bad { get; init; }

        public required long Differences { get; init; }

        public required DateTime BegunAt { get; init; }

        public required DateTime EndedAt { get; init; }

        public KeptParity ToParity(IEnumerable<CellRow> cells, IEnumerable<ItemRow> items) => new(
            Id, Source, Target, FromDay, ToDay, Seam, [.. cells.Select(cell => cell.ToCell()).OrderBy(cell => cell.Day).ThenBy(cell => cell.Kind)], ParitySample.Of(Drawn, Bad), Differences,
            [.. items.Select(item => item.ToDifference())], new DateTimeOffset(BegunAt, TimeSpan.Zero), new DateTimeOffset(EndedAt, TimeSpan.Zero));
    }

    private sealed record CellRow(long Id, DateOnly Day, string Kind, long Same, long OnlySource, long OnlyTarget, long Differs, long Read, long Unread, long Drawn, long Bad)
    {
        public ParityCell ToCell() => new(Day, Enum.Parse<CrashItemKind>(Kind), Same, OnlySource, OnlyTarget, Differs, Read, Unread, Drawn, Bad);
    }

    private sealed record ItemRow(long Id, string CrashId, string Item, string Outcome)
    {
        public ParityDifference ToDifference() => new(Crashes.CrashId.Parse(CrashId), CrashItem.Parse(Item), Enum.Parse<ParityOutcome>(Outcome));
    }
}
