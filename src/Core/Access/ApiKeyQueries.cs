using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Access;

/// <summary>Reads and writes <c>dashboard.api_key</c>.</summary>
public sealed class ApiKeyQueries(OwnDatabase database)
{
    /// <summary>What a key begins with.</summary>
    public const string Prefix = "cdk_";

    private const string CreateSql = """
        insert into dashboard.api_key (name, hash, role, expires_at, made_by)
        values (@name, @hash, @role, now() + @life, @by)
        on conflict (name) where revoked_at is null do nothing
        returning id
        """;

    private const string AllSql = """
        select id, name, role, hash, created_at, last_used_at, expires_at, revoked_at, made_by, revoked_by
          from dashboard.api_key
         order by name, id
        """;

    private const string WorkingSql = """
        select id, name, role, hash, created_at, last_used_at, expires_at, revoked_at, made_by, revoked_by
          from dashboard.api_key
         where revoked_at is null
           and (expires_at is null or expires_at > now())
         order by id
        """;

    private const string StandingSql = """
        select role, revoked_at is not null, coalesce(expires_at <= now(), false)
          from dashboard.api_key
         where id = @id
        """;

    private const string RevokeSql = """
        update dashboard.api_key
           set revoked_at = now(), revoked_by = @by
         where name = @name
           and revoked_at is null
        """;

    private const string UsedSql = """
        update dashboard.api_key
           set last_used_at = now()
         where id = @id
           and (last_used_at is null or last_used_at < now() - interval '1 minute')
        """;

    /// <summary>Makes a key; null when a working one has that name already.</summary>
    public async Task<Secret?> CreateAsync(string name, string role, TimeSpan? life, string by, CancellationToken cancellationToken)
    {
        var secret = Secret.Create(Prefix);

        // Once: done again it would find its own name taken, and nobody would ever see the secret.
        return await database.Now.Once.ScalarAsync(
            () => new NpgsqlCommand(CreateSql)
            {
                Parameters =
                {
                    new NpgsqlParameter<string>("name", name),
                    new NpgsqlParameter<byte[]>("hash", secret.Hash),
                    new NpgsqlParameter<string>("role", role),
                    new NpgsqlParameter<string>("by", by),
                    new("life", NpgsqlDbType.Interval) { Value = life is { } length ? length : DBNull.Value },
                },
            },
            cancellationToken) is null ? null : secret;
    }

    /// <summary>Every key ever made, in name order.</summary>
    public Task<IReadOnlyList<ApiKey>> AllAsync(CancellationToken cancellationToken) => ReadAsync(AllSql, cancellationToken);

    /// <summary>Those that work now.</summary>
    public Task<IReadOnlyList<ApiKey>> WorkingAsync(CancellationToken cancellationToken) => ReadAsync(WorkingSql, cancellationToken);

    /// <summary>What a key is worth at this moment. One that only tells events is worth nothing here.</summary>
    public async Task<Standing> StandingAsync(long id, CancellationToken cancellationToken)
    {
        var found = await database.Now.Statements.RowsAsync(
            () => new NpgsqlCommand(StandingSql) { Parameters = { new NpgsqlParameter<long>("id", id) } },
            static row => (Revoked: row.GetBoolean(1), Expired: row.GetBoolean(2), Role: Roles.Find(row.GetString(0))),
            cancellationToken);
        return found switch
        {
            [] => Standing.Out("The API key is unknown."),
            [{ Revoked: true }, ..] => Standing.Out("The API key was revoked."),
            [{ Expired: true }, ..] => Standing.Out("The API key has expired."),
            [{ Role: { } role }, ..] => Standing.Of(role),
            _ => Standing.Out("The API key only tells events; it may neither read nor act."),
        };
    }

    /// <summary>Ends a key; false when none that works has that name.</summary>
    public async Task<bool> RevokeAsync(string name, string by, CancellationToken cancellationToken) =>
        await database.Now.Once.ExecuteAsync(() => new NpgsqlCommand(RevokeSql) { Parameters = { new NpgsqlParameter<string>("name", name), new NpgsqlParameter<string>("by", by) } }, cancellationToken) > 0;

    /// <summary>Notes, to the minute, that a key was used.</summary>
    public Task UsedAsync(long id, CancellationToken cancellationToken) =>
        database.Now.Statements.ExecuteAsync(() => new NpgsqlCommand(UsedSql) { Parameters = { new NpgsqlParameter<long>("id", id) } }, cancellationToken);

    private async Task<IReadOnlyList<ApiKey>> ReadAsync(string sql, CancellationToken cancellationToken) => await database.Now.Statements.RowsAsync(
        () => new NpgsqlCommand(sql),
        static row => new ApiKey
        {
            Id = row.GetInt64(0),
            Name = row.GetString(1),
            Role = row.GetString(2),
            Hash = row.GetFieldValue<byte[]>(3),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(4),
            LastUsedAt = row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5),
            ExpiresAt = row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
            RevokedAt = row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7),
            MadeBy = row.IsDBNull(8) ? null : row.GetString(8),
            RevokedBy = row.IsDBNull(9) ? null : row.GetString(9),
        },
        cancellationToken);
}
