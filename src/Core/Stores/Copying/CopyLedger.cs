using Dapper;
using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores.Crashes;
using Npgsql;

namespace Dashboard.Core.Stores.Copying;

/// <summary>The ledger in the dashboard's own records.</summary>
public sealed class CopyLedger(OwnDatabase database) : ICopyLedger
{
    private const string BeginSql = """
        with copy as (
            insert into dashboard.store_copy (source, target, from_day, to_day)
            values (@Source, @Target, @From, @To)
            on conflict (source, target, from_day, to_day) do update set source = excluded.source
            returning copy_id),
        shards as (
            insert into dashboard.store_copy_shard (copy_id, day, salt)
            select copy_id, day::date, salt
              from copy, generate_series(@From::timestamp, @To::timestamp, interval '1 day') day, regexp_split_to_table('0123456789abcdef', '') salt
            on conflict do nothing)
        select copy_id from copy
        """;

    private const string LeaseSql = """
        update dashboard.store_copy_shard shard
           set lease_owner = @owner, lease_token = @token, lease_until = now() + @length
          from (select copy_id, day, salt
                  from dashboard.store_copy_shard
                 where copy_id = @copyId and not done and (lease_until is null or lease_until < now())
                 order by day desc, salt
                 limit 1
                   for update skip locked) free
         where shard.copy_id = free.copy_id and shard.day = free.day and shard.salt = free.salt
        returning shard.day, shard.salt, shard.last_id as LastId
        """;

    private const string RenewSql = """
        update dashboard.store_copy_shard
           set lease_until = now() + @length
         where copy_id = @copyId and day = @day and salt = @salt and lease_token = @token and not done
        """;

    // The place before is part of the condition, so that the same page is never counted twice, also when the answer to COMMIT was lost and it is sent again.
    private const string CheckpointSql = """
        update dashboard.store_copy_shard
           set last_id = coalesce(@lastId, last_id), crashes = crashes + @Crashes, created = created + @Created, present = present + @Present, bytes = bytes + @Bytes,
               done = @IsLast, lease_until = case when @IsLast then null else now() + @length end, changed_at = now()
         where copy_id = @copyId and day = @day and salt = @salt and lease_token = @token and not done and last_id is not distinct from @before
        """;

    private const string StandsSql = """
        select count(*)
          from dashboard.store_copy_shard
         where copy_id = @copyId and day = @day and salt = @salt and lease_token = @token and done = @IsLast and last_id is not distinct from coalesce(@lastId, @before)
        """;

    private const string FailureSql = """
        insert into dashboard.store_copy_failure (copy_id, crash_id, item, outcome, error)
        values (@copyId, @crashId, @item, @outcome, @error)
        on conflict (copy_id, crash_id, item) do update
           set outcome = excluded.outcome, error = excluded.error, attempts = store_copy_failure.attempts + 1, last_at = now()
        """;

    private const string FailedSql = """
        select distinct crash_id
          from dashboard.store_copy_failure
         where copy_id = @copyId and crash_id > coalesce(@after, '')
         order by crash_id
         limit @most
        """;

    private const string ForgetSql = """
        delete from dashboard.store_copy_failure
         where copy_id = @copyId and crash_id = @crashId and item <> all(@still)
        """;

    private const string AddSql = """
        update dashboard.store_copy_shard
           set created = created + @created, present = present + @present, bytes = bytes + @bytes, changed_at = now()
         where copy_id = @copyId and day = @day and salt = @salt
        """;

    private const string ProgressSql = """
        with failures as (
            select copy_id,
                   count(*) filter (where outcome = 'failed') as failed, count(*) filter (where outcome = 'conflict') as conflicts, count(*) filter (where outcome = 'torn') as torn
              from dashboard.store_copy_failure
             group by copy_id)
        select copy.copy_id as CopyId, copy.source, copy.target, copy.from_day as FromDay, copy.to_day as ToDay,
               count(*)::int as shards, (count(*) filter (where shard.done))::int as done, min(shard.day) filter (where not shard.done) as OldestOpenDay,
               sum(shard.crashes)::bigint as crashes, sum(shard.created)::bigint as created, sum(shard.present)::bigint as present, sum(shard.bytes)::bigint as bytes,
               coalesce(max(failures.failed), 0) as failed, coalesce(max(failures.conflicts), 0) as conflicts, coalesce(max(failures.torn), 0) as torn,
               copy.started_at as StartedAt, max(shard.changed_at) as ChangedAt, (count(*) filter (where not shard.done and shard.lease_until > now()))::int as working
          from dashboard.store_copy copy
          join dashboard.store_copy_shard shard using (copy_id)
          left join failures using (copy_id)
         where @copyId is null or copy.copy_id = @copyId
         group by copy.copy_id
         order by copy.copy_id desc
         limit 50
        """;

    /// <inheritdoc/>
    public async Task<long> BeginAsync(CopyPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plan.From, plan.To, nameof(plan));
        return (await database.Patient.Statements.QueryAsync<long>(BeginSql, new { plan.Source, plan.Target, From = At(plan.From), To = At(plan.To) }, cancellationToken)).Single();
    }

    /// <inheritdoc/>
    public async Task<CopyShard?> LeaseAsync(long copyId, string owner, TimeSpan length, CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid();
        var taken = (await database.Patient.Statements.QueryAsync<LeasedRow>(LeaseSql, new { copyId, owner, token, length }, cancellationToken)).SingleOrDefault();
        return taken is null ? null : new CopyShard(copyId, taken.Day, taken.Salt[0], taken.LastId is { } last ? CrashId.Parse(last) : null, token);
    }

    /// <inheritdoc/>
    public Task RenewAsync(CopyShard shard, TimeSpan length, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(shard);
        return database.Patient.Statements.ExecuteAsync(
            RenewSql, new { copyId = shard.CopyId, day = At(shard.Day), salt = shard.Salt.ToString(), token = shard.Token, length }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<CopyShard?> CheckpointAsync(CopyShard shard, CopyPage page, TimeSpan length, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(shard);
        ArgumentNullException.ThrowIfNull(page);
        var facts = new
        {
            copyId = shard.CopyId, day = At(shard.Day), salt = shard.Salt.ToString(), token = shard.Token, before = shard.LastId?.Value, lastId = page.LastId?.Value, length,
            page.Crashes, page.Created, page.Present, page.Bytes, page.IsLast,
        };
        var counted = await RunAsync(
            database.Patient.Repeatable,
            async connection =>
            {
                if (await connection.ExecuteAsync(new CommandDefinition(CheckpointSql, facts, cancellationToken: cancellationToken)) == 0)
                {
                    return await connection.ExecuteScalarAsync<long>(new CommandDefinition(StandsSql, facts, cancellationToken: cancellationToken)) == 1;
                }

                foreach (var failure in page.Failures)
                {
                    await connection.ExecuteAsync(new CommandDefinition(FailureSql, Row(shard.CopyId, failure), cancellationToken: cancellationToken));
                }

                return true;
            },
            cancellationToken);
        return counted ? shard with { LastId = page.LastId ?? shard.LastId } : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CrashId>> FailedAsync(long copyId, CrashId? after, int most, CancellationToken cancellationToken) =>
        [.. (await database.Patient.Statements.QueryAsync<string>(FailedSql, new { copyId, after = after?.Value, most }, cancellationToken)).Select(CrashId.Parse)];

    /// <inheritdoc/>
    public async Task ReplaceFailuresAsync(long copyId, CrashId id, CopyPage page, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(page);
        var rows = page.Failures.Select(failure => Row(copyId, failure)).ToList();

        // What is added must not be added twice. What failed before and is there now was created by the attempt whose answer was lost, or by somebody else.
        await RunAsync(
            database.Patient.Once,
            async connection =>
            {
                var mended = await connection.ExecuteAsync(new CommandDefinition(ForgetSql, new { copyId, crashId = id.Value, still = rows.Select(row => row.item).ToArray() }, cancellationToken: cancellationToken));
                foreach (var row in rows)
                {
                    await connection.ExecuteAsync(new CommandDefinition(FailureSql, row, cancellationToken: cancellationToken));
                }

                return await connection.ExecuteAsync(new CommandDefinition(
                    AddSql, new { copyId, day = At(id.Day!.Value), salt = id.Salt.ToString(), created = page.Created, present = Math.Max(0, mended - page.Created), bytes = page.Bytes }, cancellationToken: cancellationToken));
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CopyProgress>> AllAsync(CancellationToken cancellationToken) => ReadAsync(null, cancellationToken);

    /// <inheritdoc/>
    public async Task<CopyProgress> ProgressAsync(long copyId, CancellationToken cancellationToken) => (await ReadAsync(copyId, cancellationToken)).Single();

    private async Task<IReadOnlyList<CopyProgress>> ReadAsync(long? copyId, CancellationToken cancellationToken) =>
        [.. (await database.Now.Statements.QueryAsync<ProgressRow>(ProgressSql, new { copyId }, cancellationToken)).Select(row => row.ToProgress())];

    private static ValueTask<T> RunAsync<T>(TransactionExecutor<NpgsqlConnection> executor, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) =>
        executor.RunAsync(static (connection, work, _) => new ValueTask<T>(work(connection)), work, cancellationToken);

    private static DateTime At(DateOnly day) => day.ToDateTime(TimeOnly.MinValue);

    private static FailureRow Row(long copyId, CopyFailure failure) =>
        new(copyId, failure.Id.Value, failure.Item.ToString(), failure.Outcome switch { CopyFailureKind.Conflict => "conflict", CopyFailureKind.Torn => "torn", _ => "failed" }, failure.Error);

#pragma warning disable IDE1006 // Named as their parameters.
    private sealed record FailureRow(long copyId, string crashId, string item, string outcome, string? error);
#pragma warning restore IDE1006

    private sealed record LeasedRow(DateOnly Day, string Salt, string? LastId);

    private sealed record ProgressRow(
        long CopyId, string Source, string Target, DateOnly FromDay, DateOnly ToDay, int Shards, int Done, DateOnly? OldestOpenDay, long Crashes, long Created, long Present, long Bytes,
        long Failed, long Conflicts, long Torn, DateTime StartedAt, DateTime ChangedAt, int Working)
    {
        public CopyProgress ToProgress() => new(
            CopyId, new CopyPlan(Source, Target, FromDay, ToDay), Shards, Done, OldestOpenDay,
            Crashes, Created, Present, Bytes, Failed, Conflicts, Torn, new DateTimeOffset(StartedAt, TimeSpan.Zero), new DateTimeOffset(ChangedAt, TimeSpan.Zero), Working);
    }
}
