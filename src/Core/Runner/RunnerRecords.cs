using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Runner;

/// <summary>The records in the dashboard's own schema.</summary>
/// <param name="own">The dashboard's own database.</param>
/// <param name="source">The source whose jobs are run.</param>
public sealed class RunnerRecords(NpgsqlDataSource own, string source) : IRunnerRecords
{
    private const string OwnSql = """
        insert into dashboard.runner_lock (id, source, app_name, ongoing, host, boot_id, process, started)
        values (@id, @source, @job, @ongoing, @host, @boot, @process, @started)
        """;

    private const string DisownSql = """
        delete from dashboard.runner_lock where id = any(@ids)
        """;

    private const string OwnersSql = """
        select id, host, boot_id, process, started, now() - heard_at
          from dashboard.runner_lock
         where source = @source and app_name = @job and ongoing = @ongoing
         order by started_at, id
         limit 100
        """;

    private const string BeatSql = """
        update dashboard.runner_lock set heard_at = now() where id = any(@ids)
        """;

    // No process has the number -1.
    private const string AbandonSql = """
        update dashboard.runner_lock set process = -1, heard_at = now() - interval '1 year' where id = any(@ids)
        """;

    private const string NoteSql = """
        insert into dashboard.run_slot (source, app_name, run_id, slot, outcome, started_at, because)
        values (@source, @job, @run, @slot, @outcome, @started, @because)
        """;

    /// <inheritdoc/>
    public async Task<Guid> OwnAsync(string job, DateTimeOffset ongoing, CancellationToken cancellationToken)
    {
        var (id, who) = (Guid.CreateVersion7(), ProcessIdentity.Own);
        await using var command = own.CreateCommand(OwnSql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        Named(command, job, ongoing);
        command.Parameters.Add(new NpgsqlParameter<string>("host", who.Host));
        command.Parameters.Add(new NpgsqlParameter<string>("boot", who.BootId));
        command.Parameters.Add(new NpgsqlParameter<int>("process", who.Process));
        command.Parameters.Add(new NpgsqlParameter<long>("started", who.Started));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return id;
    }

    /// <inheritdoc/>
    public Task DisownAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => WithIdsAsync(DisownSql, ids, cancellationToken);

    /// <inheritdoc/>
    public Task BeatAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => WithIdsAsync(BeatSql, ids, cancellationToken);

    /// <inheritdoc/>
    public Task AbandonAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => WithIdsAsync(AbandonSql, ids, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LockOwner>> OwnersAsync(string job, DateTimeOffset ongoing, CancellationToken cancellationToken)
    {
        await using var command = own.CreateCommand(OwnersSql);
        Named(command, job, ongoing);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var owners = new List<LockOwner>();
        while (await reader.ReadAsync(cancellationToken))
        {
            owners.Add(new LockOwner(
                reader.GetGuid(0), new ProcessIdentity(reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetInt64(4)), reader.GetFieldValue<TimeSpan>(5)));
        }

        return owners;
    }

    /// <inheritdoc/>
    public async Task NoteAsync(SlotNote note, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(note);
        await using var command = own.CreateCommand(NoteSql);
        command.Parameters.Add(new NpgsqlParameter<string>("source", source));
        command.Parameters.Add(new NpgsqlParameter<string>("job", note.Job));
        command.Parameters.Add(new NpgsqlParameter<string>("run", note.RunId));
        command.Parameters.Add(new NpgsqlParameter("slot", NpgsqlDbType.TimestampTz) { Value = note.Slot is { } slot ? slot.UtcDateTime : DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter<string>("outcome", note.Outcome));
        command.Parameters.Add(new NpgsqlParameter("started", NpgsqlDbType.TimestampTz) { Value = note.StartedAt.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<string>("because", note.Because.Replace("\0", "\\0", StringComparison.Ordinal)));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task WithIdsAsync(string sql, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = own.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. ids]));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private void Named(NpgsqlCommand command, string job, DateTimeOffset ongoing)
    {
        command.Parameters.Add(new NpgsqlParameter<string>("source", source));
        command.Parameters.Add(new NpgsqlParameter<string>("job", job));
        command.Parameters.Add(new NpgsqlParameter("ongoing", NpgsqlDbType.TimestampTz) { Value = ongoing.UtcDateTime });
    }
}
