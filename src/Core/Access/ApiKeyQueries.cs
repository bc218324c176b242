using Dashboard.Core.Database;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Access;

/// <summary>Reads and writes <c>dashboard.api_key</c>.</summary>
public sealed class ApiKeyQueries(OwnDatabase database)
{
    /// <summary>What a key begins with.</summary>
    public const string Prefix = "cdk_";

    private const string CreateSql = """
        insert into dashboard.api_key (name, hash, role, expires_at)
        values (@name, @hash, @role, now() + @life)
        on conflict (name) where revoked_at is null do nothing
        returning id
        """;

    private const string AllSql = """
        select id, name, role, hash, created_at, last_used_at, expires_at, revoked_at
          from dashboard.api_key
         order by name, id
        """;

    private const string WorkingSql = """
        select id, name, role, hash, created_at, last_used_at, expires_at, revoked_at
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
           set revoked_at = now()
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
    public async Task<Secret?> CreateAsync(string name, string role, TimeSpan? life, CancellationToken cancellationToken)
    {
        var secret = Secret.Create(Prefix);
        await using var command = database.Source.CreateCommand(CreateSql);
        command.Parameters.Add(new NpgsqlParameter<string>("name", name));
        command.Parameters.Add(new NpgsqlParameter<byte[]>("hash", secret.Hash));
        command.Parameters.Add(new NpgsqlParameter<string>("role", role));
        command.Parameters.Add(new NpgsqlParameter("life", NpgsqlDbType.Interval) { Value = life is { } length ? length : DBNull.Value });
        return await command.ExecuteScalarAsync(cancellationToken) is null ? null : secret;
    }

    /// <summary>Every key ever made, in name order.</summary>
    public Task<IReadOnlyList<ApiKey>> AllAsync(CancellationToken cancellationToken) => ReadAsync(AllSql, cancellationToken);

    /// <summary>Those that work now.</summary>
    public Task<IReadOnlyList<ApiKey>> WorkingAsync(CancellationToken cancellationToken) => ReadAsync(WorkingSql, cancellationToken);

    /// <summary>What a key is worth at this moment. One that only tells events is worth nothing here.</summary>
    public async Task<Standing> StandingAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(StandingSql);
        command.Parameters.Add(new NpgsqlParameter<long>("id", id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return Standing.Out("The API key is unknown.");
        }

        return (Revoked: reader.GetBoolean(1), Expired: reader.GetBoolean(2), Role: Roles.Find(reader.GetString(0))) switch
        {
            { Revoked: true } => Standing.Out("The API key was revoked."),
            { Expired: true } => Standing.Out("The API key has expired."),
            { Role: { } role } => Standing.Of(role),
            _ => Standing.Out("The API key only tells events; it may neither read nor act."),
        };
    }

    /// <summary>Ends a key; false when none that works has that name.</summary>
    public async Task<bool> RevokeAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(RevokeSql);
        command.Parameters.Add(new NpgsqlParameter<string>("name", name));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Notes, to the minute, that a key was used.</summary>
    public async Task UsedAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(UsedSql);
        command.Parameters.Add(new NpgsqlParameter<long>("id", id));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<ApiKey>> ReadAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<ApiKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(new ApiKey
            {
                Id = reader.GetInt64(0),
                Name = reader.GetString(1),
                Role = reader.GetString(2),
                Hash = reader.GetFieldValue<byte[]>(3),
                CreatedAt = reader.GetFieldValue<DateTimeOffset>(4),
                LastUsedAt = reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5),
                ExpiresAt = reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6),
                RevokedAt = reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7),
            });
        }

        return keys;
    }
}
