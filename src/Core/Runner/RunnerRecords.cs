using Dashboard.Core.Retries.Executor;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Runner;

/// <summary>The records in the dashboard's own schema.</summary>
/// <param name="own">The dashboard's own database, for whoever is waited for: a job does not wait long for its record.</param>
/// <param name="source">The source whose jobs are run.</param>
public sealed class RunnerRecords(PostgresRuns own, string source) : IRunnerRecords
{
    // Who holds a lock is no record to wait for the disk for: see decision 43.
    private const string SoonSql = """
        with soon as (select set_config('synchronous_commit', 'off', true))
        """;

    private const string OwnSql = $"""
        {SoonSql}
        insert into dashboard.runner_lock (id, source, app_name, ongoing, host, boot_id, process, started)
        select @id, @source, @job, @ongoing, @host, @boot, @process, @started from soon
        on conflict (id) do nothing
        """;

    private const string DisownSql = $"""
        {SoonSql}
        delete from dashboard.runner_lock using soon where id = any(@ids)
        """;

    private const string OwnersSql = """
        select id, host, boot_id, process, started, now() - heard_at
          from dashboard.runner_lock
         where source = @source and app_name = @job and ongoing = @ongoing
         order by started_at, id
         limit 100
        """;

    private const string BeatSql = $"""
        {SoonSql}
        update dashboard.runner_lock set heard_at = now() from soon where id = any(@ids)
        """;

    // No process has the number -1.
    private const string AbandonSql = """
        update dashboard.runner_lock set process = -1, heard_at = now() - interval '1 year' where id = any(@ids)
        """;

    private const string HoldSql = """
        select held_by, until, reason
          from dashboard.job_hold
         where source = @source and app_name = @job and ended_at is null and until > now()
         order by since desc
         limit 1
        """;

    private const string NoteSql = """
        insert into dashboard.run_slot (source, app_name, run_id, slot, outcome, started_at, because)
        values (@source, @job, @run, @slot, @outcome, @started, @because)
        """;

    /// <inheritdoc/>
    public async Task<Guid> OwnAsync(string job, DateTimeOffset ongoing, CancellationToken cancellationToken)
    {
        var (id, who) = (Guid.CreateVersion7(), ProcessIdentity.Own);
        await own.Statements.ExecuteAsync(
            () => Named(new NpgsqlCommand(OwnSql)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid>("id", id), new NpgsqlParameter<string>("host", who.Host), new NpgsqlParameter<string>("boot", who.BootId),
                    new NpgsqlParameter<int>("process", who.Process), new NpgsqlParameter<long>("started", who.Started),
                },
            }, job, ongoing),
            cancellationToken);
        return id;
    }

    /// <inheritdoc/>
    public Task DisownAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => WithIdsAsync(DisownSql, ids, cancellationToken);

    /// <inheritdoc/>
    public Task BeatAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => WithIdsAsync(BeatSql, ids, cancellationToken);

    /// <inheritdoc/>
    public Task AbandonAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => WithIdsAsync(AbandonSql, ids, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LockOwner>> OwnersAsync(string job, DateTimeOffset ongoing, CancellationToken cancellationToken) => await own.Statements.RowsAsync(
        () => Named(new NpgsqlCommand(OwnersSql), job, ongoing),
        static row => new LockOwner(row.GetGuid(0), new ProcessIdentity(row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt64(4)), row.GetFieldValue<TimeSpan>(5)),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<string?> HoldAsync(string job, CancellationToken cancellationToken)
    {
        var holds = await own.Statements.RowsAsync(
            () => new NpgsqlCommand(HoldSql) { Parameters = { new NpgsqlParameter<string>("source", source), new NpgsqlParameter<string>("job", job) } },
            static row => $"{row.GetString(0)} holds it until {row.GetFieldValue<DateTimeOffset>(1).UtcDateTime:yyyy-MM-dd HH:mm'Z'}: {row.GetString(2)}",
            cancellationToken);
        return holds.Count == 0 ? null : holds[0];
    }

    /// <inheritdoc/>
    public Task NoteAsync(SlotNote note, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(note);
        return own.Once.ExecuteAsync(
            () => new NpgsqlCommand(NoteSql)
            {
                Parameters =
                {
                    new NpgsqlParameter<string>("source", source),
                    new NpgsqlParameter<string>("job", note.Job),
                    new NpgsqlParameter<string>("run", note.RunId),
                    new("slot", NpgsqlDbType.TimestampTz) { Value = note.Slot is { } slot ? slot.UtcDateTime : DBNull.Value },
                    new NpgsqlParameter<string>("outcome", note.Outcome),
                    new("started", NpgsqlDbType.TimestampTz) { Value = note.StartedAt.UtcDateTime },
                    new NpgsqlParameter<string>("because", note.Because.Replace("\0", "\\0", StringComparison.Ordinal)),
                },
            },
            cancellationToken);
    }

    private Task<int> WithIdsAsync(string sql, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        own.Statements.ExecuteAsync(() => new NpgsqlCommand(sql) { Parameters = { new NpgsqlParameter<Guid[]>("ids", [.. ids]) } }, cancellationToken);

    private NpgsqlCommand Named(NpgsqlCommand command, string job, DateTimeOffset ongoing)
    {
        command.Parameters.Add(new NpgsqlParameter<string>("source", source));
        command.Parameters.Add(new NpgsqlParameter<string>("job", job));
        command.Parameters.Add(new NpgsqlParameter("ongoing", NpgsqlDbType.TimestampTz) { Value = ongoing.UtcDateTime });
        return command;
    }
}
