using Dashboard.Core.Database;
using Dashboard.Core.Failures;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Retries.Store;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Pings;

/// <summary>Keeps the newest ping of each name.</summary>
public interface IPingStore
{
    /// <summary>Keeps it, and returns after the commit; false when the source has too many names already.</summary>
    Task<bool> KeepAsync(PingTold told, CancellationToken cancellationToken);
}

/// <summary>Writes and reads <c>dashboard.ping</c>.</summary>
internal sealed class PingStore(OwnDatabase database) : IPingStore
{
    // An end that names no run ends the one that is open; one that names another leaves it open.
    private const string KeepSql = """
        insert into dashboard.ping as known (source, slug, last_at, run, started_at, exit_code, succeeded_at, failed_at, message)
        select @source, @slug, now(), @run, case when @kind = 'start' then now() end, @code, case when @kind = 'success' then now() end, case when @kind = 'fail' then now() end, @message
         where exists (select from dashboard.ping where source = @source and slug = @slug)
            or (select count(*) from dashboard.ping where source = @source) < @most
        on conflict (source, slug) do update
           set last_at = now(),
               run = case when @kind = 'start' then @run when @kind = 'log' or known.run <> @run then known.run end,
               started_at = case when @kind = 'start' then now() when @kind = 'log' or known.run <> @run then known.started_at end,
               took_s = case when @kind in ('start', 'log') then known.took_s when known.run <> @run then null else extract(epoch from now() - known.started_at) end,
               exit_code = case when @kind in ('start', 'log') then known.exit_code else @code end,
               succeeded_at = case when @kind = 'success' then now() else known.succeeded_at end,
               failed_at = case when @kind = 'fail' then now() else known.failed_at end,
               message = case when @kind in ('start', 'log') then coalesce(@message, known.message) else @message end
        returning 1
        """;

    private const string ReadSql = """
        select source, slug, last_at, started_at, took_s, exit_code, succeeded_at, failed_at, message
          from dashboard.ping
         order by source collate "C", slug collate "C"
         limit 5000
        """;

    private const string PruneSql = """
        delete from dashboard.ping where last_at < now() - make_interval(days => @keep)
        """;

    private const int LongestMessage = 2_000;

    /// <summary>Told of what was kept here.</summary>
    public RetryWake Kept { get; } = new();

    /// <inheritdoc/>
    public async Task<bool> KeepAsync(PingTold told, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(told);
        var message = told.Message is { } text ? KeptEvent.Text(Redaction.Of(text), LongestMessage) : null;

        // Told twice it is the same newest ping, some moments later.
        var kept = await database.Now.Statements.ScalarAsync(
            () => new NpgsqlCommand(KeepSql)
            {
                Parameters =
                {
                    new NpgsqlParameter<string>("source", told.Source),
                    new NpgsqlParameter<string>("slug", told.Slug),
                    new NpgsqlParameter<string>("kind", told.Kind.ToString().ToLowerInvariant()),
                    new("code", NpgsqlDbType.Integer) { Value = (object?)told.ExitCode ?? DBNull.Value },
                    new("run", NpgsqlDbType.Uuid) { Value = (object?)told.Run ?? DBNull.Value },
                    new("message", NpgsqlDbType.Text) { Value = (object?)message ?? DBNull.Value },
                    new NpgsqlParameter<int>("most", PingRule.MostSlugs),
                },
            },
            cancellationToken) is not null;
        Kept.Wake();
        return kept;
    }

    /// <summary>All of them, however long the own database is away.</summary>
    /// <param name="paused">Told of each failure that is waited after.</param>
    /// <param name="cancellationToken">To stop.</param>
    public async Task<IReadOnlyList<Ping>> ReadAsync(Action<RetryPause> paused, CancellationToken cancellationToken) => await database.Patient.Statements.RowsAsync(
        static () => new NpgsqlCommand(ReadSql) { CommandTimeout = 10 },
        static row => new Ping
        {
            Source = row.GetString(0),
            Slug = row.GetString(1),
            LastAt = row.GetFieldValue<DateTimeOffset>(2),
            StartedAt = StreakRows.Time(row, 3),
            Took = row.IsDBNull(4) ? null : TimeSpan.FromSeconds(row.GetDouble(4)),
            ExitCode = row.IsDBNull(5) ? null : row.GetInt32(5),
            SucceededAt = StreakRows.Time(row, 6),
            FailedAt = StreakRows.Time(row, 7),
            Message = StreakRows.Text(row, 8),
        },
        paused,
        cancellationToken);

    /// <summary>Forgets names that were silent for so many days.</summary>
    public Task PruneAsync(int keepDays, Action<RetryPause> paused, CancellationToken cancellationToken) =>
        database.Patient.Statements.ExecuteAsync(() => new NpgsqlCommand(PruneSql) { Parameters = { new NpgsqlParameter<int>("keep", keepDays) } }, paused, cancellationToken);
}
