using System.Globalization;
using Dashboard.Core.Jobs;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Schedules;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Runner;

/// <summary>What became of an attempt to write a job's row.</summary>
public enum RowWrite
{
    /// <summary>It is written.</summary>
    Written,

    /// <summary>Somebody holds the row: <c>RowLevelLockError</c>. Nothing was written.</summary>
    RowLocked,

    /// <summary>It is not as it was when it was decided upon, or the lock is another's by now. Nothing was written.</summary>
    Changed,
}

/// <summary>What is to be written of a run.</summary>
/// <param name="Job">The job.</param>
/// <param name="Start">When the run began.</param>
/// <param name="Lock">The lock it took.</param>
public sealed record RunEntry(JobDefinition Job, DateTimeOffset Start, DateTimeOffset Lock)
{
    /// <summary>The log row: how long it took; null for none.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>For the log row: the moment or slot it succeeded for.</summary>
    public DateTimeOffset? Success { get; init; }

    /// <summary>For the log row, and the row's <c>last_error</c>.</summary>
    public RunFailure? Failure { get; init; }

    /// <summary>Whether the run is over; otherwise one slot of several is done.</summary>
    public bool Ends { get; init; }

    /// <summary>The last slot done in this run.</summary>
    public DateTimeOffset? LastSlot { get; init; }
}

/// <summary>
/// crontabber's two tables, read and written as crontabber does: the row is taken with <c>FOR UPDATE NOWAIT</c>, the lock is committed before the
/// job begins, and no transaction is open while it runs.
/// </summary>
public sealed class StateTable
{
    private const string Columns = """
        app_name, next_run, first_run, last_run, last_success, ongoing, error_count, depends_on, last_error::text
        """;

    private const string ReadSql = """
        select {columns} from {state} where app_name = any(@names)
        """;

    private const string LockSql = """
        select {columns} from {state} where app_name = @job for update nowait
        """;

    private const string SetOngoingSql = """
        update {state} set ongoing = @ongoing where app_name = @job
        """;

    private const string InsertOngoingSql = """
        insert into {state} (app_name, ongoing, error_count, depends_on, last_error) values (@job, @ongoing, 0, '{}', '{}')
        """;

    private const string LogSql = """
        insert into {log} (app_name, duration, success, exc_type, exc_value, exc_traceback)
        values (@job, @duration::text::interval, @success, @type, @value, @traceback)
        """;

    private const string WriteSql = """
        insert into {state} (app_name, next_run, first_run, last_run, last_success, ongoing, error_count, depends_on, last_error)
        values (@job, @next, @first, @last, @success, null, @errors, @parents, @error::text::json)
        on conflict (app_name) do update
           set next_run = excluded.next_run, first_run = excluded.first_run, last_run = excluded.last_run, last_success = excluded.last_success,
               ongoing = null, error_count = excluded.error_count, depends_on = excluded.depends_on, last_error = excluded.last_error
        """;

    private const string SlotSql = """
        update {state} set last_success = @slot where app_name = @job
        """;

    private const string ReleaseNewSql = """
        delete from {state} where app_name = @job and ongoing = @ongoing and next_run is null and first_run is null
        """;

    private const string ReleaseSql = """
        update {state} set ongoing = null where app_name = @job and ongoing = @ongoing
        """;

    private const string DeleteSql = """
        delete from {state} where app_name = @job
        """;

    private const string MarkSql = """
        insert into {state} (app_name, next_run, first_run, last_run, last_success, error_count, depends_on, last_error)
        values (@job, @next, @now, @now, @now, 0, @parents, '{}')
        on conflict (app_name) do update
           set next_run = excluded.next_run, last_success = excluded.last_success, error_count = 0, last_error = '{}'
         where {state}.ongoing is null
        """;

    // Somebody else's insert of the same name is waited for no longer than this.
    private const string ShortSql = "set local lock_timeout = '2s'";

    private const string SeenSql = "savepoint seen";

    private const string BackSql = "rollback to savepoint seen";

    private readonly PostgresRuns begins;
    private readonly PostgresRuns ends;
    private readonly bool waitsForRows;
    private readonly string state;
    private readonly string log;

    internal StateTable(NpgsqlDataSource source, RunnerRetries retries, string state, string log)
    {
        (this.state, this.log) = (state, log);
        begins = retries.Runs(source, retries.Begins);
        ends = retries.Runs(source, retries.Ends);

        // crontabber takes a held row for one more trouble of the database, and its executor waits for it if it is one that waits.
        waitsForRows = retries.Compat;
    }

    /// <summary>The rows of some jobs.</summary>
    public async Task<IReadOnlyDictionary<string, Job>> ReadAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var rows = await begins.Statements.RowsAsync(
            () => new NpgsqlCommand(Sql(ReadSql)) { Parameters = { new NpgsqlParameter<string[]>("names", [.. names]) } }, Row, cancellationToken);
        return rows.ToDictionary(row => row.Name, StringComparer.Ordinal);
    }

    /// <summary>Takes the lock of a job whose row still is as it was seen, and commits.</summary>
    public async Task<RowWrite> LockAsync(string job, Job? seen, DateTimeOffset ongoing, CancellationToken cancellationToken)
    {
        try
        {
            return await begins.Once.RunAsync((connection, token) => LockAsync(connection, job, seen, ongoing, token), cancellationToken);
        }
        catch (PostgresException cause) when (IsRowLock(cause))
        {
            return RowWrite.RowLocked;
        }
    }

    /// <summary>
    /// Writes a log row and what it means for the job's row in one transaction: after it both are true, or neither. A run whose lock is another's by now
    /// writes nothing. While somebody holds the row, or the database is away, it waits.
    /// </summary>
    /// <param name="entry">What happened.</param>
    /// <param name="settings">The scheduler's.</param>
    /// <param name="cancellationToken">Gives up; nothing is written then, or all of it.</param>
    /// <exception cref="SchedulerException">crontabber itself would have died of this row.</exception>
    public async Task<RowWrite> WriteAsync(RunEntry entry, SchedulerSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return await ends.Once.RunAsync((connection, token) => WriteAsync(connection, entry, settings, token), cancellationToken);
    }

    /// <summary>
    /// Writes the log row of a slot that was run beside the job's own runs, if there is one to write, and gives the lock back. Nothing else of the row moves: what
    /// the job owes and when it runs next stays as it was. While somebody holds the row, or the database is away, it waits.
    /// </summary>
    /// <param name="entry">What happened.</param>
    /// <param name="cancellationToken">Gives up; nothing is written then, or all of it.</param>
    public async Task<RowWrite> WriteBesideAsync(RunEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return await ends.Once.RunAsync((connection, token) => WriteBesideAsync(connection, entry, token), cancellationToken);
    }

    /// <summary>A log row alone, as crontabber writes it: a transaction of its own.</summary>
    public Task LogAloneAsync(RunEntry entry, CancellationToken cancellationToken) => begins.Once.RunAsync((connection, token) => DoAsync(connection, [Log(entry)], token), cancellationToken);

    /// <summary>The job's row alone at the end of a run, as crontabber writes it: whoever's lock it is.</summary>
    /// <exception cref="SchedulerException">crontabber itself would have died of this row.</exception>
    public async Task<RowWrite> EndAloneAsync(RunEntry entry, SchedulerSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        try
        {
            await begins.Once.RunAsync(
                async (connection, token) =>
                {
                    var row = await LockedRowAsync(connection, entry.Job.Name, token);
                    await DoAsync(connection, [End(row, entry, settings)], token);
                },
                cancellationToken);
            return RowWrite.Written;
        }
        catch (PostgresException cause) when (IsRowLock(cause))
        {
            return RowWrite.RowLocked;
        }
    }

    /// <summary>
    /// Gives a lock back without a run having ended: the row is as before, or gone where the run was to be the first, for without a next run and without a
    /// lock crontabber would never start the job again.
    /// </summary>
    public async Task ReleaseAsync(string job, DateTimeOffset ongoing, CancellationToken cancellationToken)
    {
        foreach (var sql in (string[])[ReleaseNewSql, ReleaseSql])
        {
            if (await begins.Once.ExecuteAsync(() => new NpgsqlCommand(Sql(sql)) { Parameters = { new NpgsqlParameter<string>("job", job), Moment("ongoing", ongoing) } }, cancellationToken) > 0)
            {
                return;
            }
        }
    }

    /// <summary><c>--reset-job</c>: the row goes; false when there was none.</summary>
    public async Task<bool> ResetAsync(string job, CancellationToken cancellationToken) =>
        await begins.Once.ExecuteAsync(() => new NpgsqlCommand(Sql(DeleteSql)) { Parameters = { new NpgsqlParameter<string>("job", job) } }, cancellationToken) > 0;

    /// <summary><c>--mark-success</c>: the job counts as having succeeded now; false when it runs just now.</summary>
    public async Task<bool> MarkSuccessAsync(JobDefinition job, DateTimeOffset next, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return await begins.Once.ExecuteAsync(
            () => new NpgsqlCommand(Sql(MarkSql))
            {
                Parameters = { new NpgsqlParameter<string>("job", job.Name), Moment("next", next), Moment("now", now), new NpgsqlParameter<string[]>("parents", [.. job.DependsOn]) },
            },
            cancellationToken) > 0;
    }

    /// <summary>Whether two looks at a row saw the same run behind it.</summary>
    internal static bool SameTimes(Job? one, Job? other) => one is null || other is null
        ? one is null && other is null
        : one.Ongoing == other.Ongoing && one.NextRun == other.NextRun && one.LastRun == other.LastRun && one.LastSuccess == other.LastSuccess;

    // A reset row is written anew, as crontabber does. A lock somebody took away is still this run's as long as no other run came between.
    private static bool IsStillOurs(Job? row, RunEntry entry) =>
        row is null || row.Ongoing == entry.Lock || (row.Ongoing is null && (row.LastRun is not { } last || last < entry.Start));

    private static bool IsWritten(Job? row, RunEntry entry) => entry.Ends
        ? row is { Ongoing: null } && row.LastRun == entry.Start
        : row is not null && entry.LastSlot is not null && row.LastSuccess == entry.LastSlot;

    private static bool IsRowLock(PostgresException cause) => cause.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.UniqueViolation;

    private static NpgsqlParameter Moment(string name, DateTimeOffset? moment) =>
        new(name, NpgsqlDbType.TimestampTz) { Value = moment is { } at ? at.UtcDateTime : DBNull.Value };

    private static NpgsqlParameter Text(string name, string? text) => new(name, NpgsqlDbType.Text) { Value = text is null ? DBNull.Value : text };

    private async ValueTask<RowWrite> LockAsync(NpgsqlConnection connection, string job, Job? seen, DateTimeOffset ongoing, CancellationToken cancellationToken)
    {
        try
        {
            var row = await LockedRowAsync(connection, job, cancellationToken);
            if (!SameTimes(row, seen))
            {
                return RowWrite.Changed;
            }

            await using var write = new NpgsqlCommand(Sql(row is null ? InsertOngoingSql : SetOngoingSql), connection);
            write.Parameters.Add(new NpgsqlParameter<string>("job", job));
            write.Parameters.Add(Moment("ongoing", ongoing));
            await write.ExecuteNonQueryAsync(cancellationToken);
            return RowWrite.Written;
        }
        catch (PostgresException cause) when (IsRowLock(cause) && !waitsForRows)
        {
            // No trouble to wait for: another job has its turn now.
            await using var back = new NpgsqlCommand(BackSql, connection);
            await back.ExecuteNonQueryAsync(cancellationToken);
            return RowWrite.RowLocked;
        }
    }

    private async ValueTask<RowWrite> WriteAsync(NpgsqlConnection connection, RunEntry entry, SchedulerSettings settings, CancellationToken cancellationToken)
    {
        var row = await LockedRowAsync(connection, entry.Job.Name, cancellationToken);
        if (IsWritten(row, entry))
        {
            // By an attempt whose answer was lost and could not be asked for.
            return RowWrite.Written;
        }

        if (!IsStillOurs(row, entry))
        {
            return RowWrite.Changed;
        }

        var moved = entry.Ends
            ? End(row is not null && row.Unreadable.ContainsKey("error_count") ? row with { Unreadable = new Dictionary<string, string>() } : row, entry, settings)
            : new NpgsqlBatchCommand(Sql(SlotSql)) { Parameters = { new NpgsqlParameter<string>("job", entry.Job.Name), Moment("slot", entry.LastSlot) } };
        await DoAsync(connection, [Log(entry), moved], cancellationToken);
        return RowWrite.Written;
    }

    private async ValueTask<RowWrite> WriteBesideAsync(NpgsqlConnection connection, RunEntry entry, CancellationToken cancellationToken)
    {
        if ((await LockedRowAsync(connection, entry.Job.Name, cancellationToken))?.Ongoing != entry.Lock)
        {
            return RowWrite.Changed;
        }

        var release = new NpgsqlBatchCommand(Sql(ReleaseSql)) { Parameters = { new NpgsqlParameter<string>("job", entry.Job.Name), Moment("ongoing", entry.Lock) } };
        await DoAsync(connection, [Log(entry), release], cancellationToken);
        return RowWrite.Written;
    }

    private static Job Row(NpgsqlDataReader reader)
    {
        var unreadable = new Dictionary<string, string>(StringComparer.Ordinal);
        if (reader.IsDBNull(6))
        {
            unreadable["error_count"] = "NULL";
        }

        DateTimeOffset? At(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
        return new Job
        {
            Name = reader.GetString(0),
            NextRun = At(1),
            FirstRun = At(2),
            LastRun = At(3),
            LastSuccess = At(4),
            Ongoing = At(5),
            ErrorCount = reader.IsDBNull(6) ? 0 : reader.GetInt32(6),
            DependsOn = reader.IsDBNull(7) ? [] : [.. reader.GetFieldValue<string?[]>(7).OfType<string>()],
            LastError = LastErrorReading.Of(reader.IsDBNull(8) ? null : reader.GetString(8)),
            Unreadable = unreadable,
        };
    }

    private async Task<Job?> LockedRowAsync(NpgsqlConnection connection, string job, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(ShortSql), new(SeenSql), new(Sql(LockSql)) } };
        batch.BatchCommands[2].Parameters.Add(new NpgsqlParameter<string>("job", job));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Row(reader) : null;
    }

    // In one trip: each costs a runner whose server is far away as much as the statement itself.
    private static async Task DoAsync(NpgsqlConnection connection, IEnumerable<NpgsqlBatchCommand?> commands, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var command in commands.OfType<NpgsqlBatchCommand>())
        {
            batch.BatchCommands.Add(command);
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private NpgsqlBatchCommand? Log(RunEntry entry) => entry.Duration is not { } duration
        ? null
        : new NpgsqlBatchCommand(Sql(LogSql))
        {
            Parameters =
            {
                new NpgsqlParameter<string>("job", entry.Job.Name),
                new NpgsqlParameter<string>("duration", duration.TotalSeconds.ToString("F5", CultureInfo.InvariantCulture)),
                Moment("success", entry.Failure is null ? entry.Success : null),
                Text("type", entry.Failure?.Type),
                Text("value", entry.Failure?.Value),
                Text("traceback", entry.Failure?.Traceback),
            },
        };

    private NpgsqlBatchCommand End(Job? row, RunEntry entry, SchedulerSettings settings)
    {
        var after = NextRunRule.After(row, entry.Job.Name, entry.Job.DependsOn, entry.Job.Schedule!, settings, new EndedRun(entry.Start, entry.LastSlot, entry.Failure?.Error));
        var written = after.Error is { } error ? throw new SchedulerException(error) : after.Value;
        return new NpgsqlBatchCommand(Sql(WriteSql))
        {
            Parameters =
            {
                new NpgsqlParameter<string>("job", written.Name),
                Moment("next", written.NextRun),
                Moment("first", written.FirstRun),
                Moment("last", written.LastRun),
                Moment("success", written.LastSuccess),
                new NpgsqlParameter<int>("errors", written.ErrorCount),
                new NpgsqlParameter<string[]>("parents", [.. written.DependsOn]),
                new NpgsqlParameter<string>("error", RunFailure.Json(written.LastError)),
            },
        };
    }

    private string Sql(string text) => text
        .Replace("{columns}", Columns, StringComparison.Ordinal)
        .Replace("{state}", state, StringComparison.Ordinal)
        .Replace("{log}", log, StringComparison.Ordinal);
}
