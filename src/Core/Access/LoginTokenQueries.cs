using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Access;

/// <summary>Tokens that log a browser in: <c>dashboard.login_token</c>. Each works once, for a short while.</summary>
public sealed class LoginTokenQueries(OwnDatabase database)
{
    /// <summary>How long a token works.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    private const string IssueSql = """
        with expired as (delete from dashboard.login_token where expires_at <= now())
        insert into dashboard.login_token (hash, name, role, expires_at)
        values (@hash, @name, @role, now() + @life)
        """;

    // The row is gone with its use, so of two who come with the same token one is let in.
    private const string RedeemSql = """
        delete from dashboard.login_token
         where hash = @hash
        returning name, role, expires_at > now()
        """;

    private const string HolderSql = """
        select name, role
          from dashboard.login_token
         where hash = @hash and expires_at > now()
        """;

    private const string WorksSql = """
        select exists (select from dashboard.login_token where hash = @hash and expires_at > now())
        """;

    /// <summary>Makes a token; whoever uses it is called so and may so much.</summary>
    public async Task<Secret> IssueAsync(string name, Role role, CancellationToken cancellationToken)
    {
        var token = Secret.Create("");
        await database.Now.Once.ExecuteAsync(
            () => new NpgsqlCommand(IssueSql)
            {
                Parameters =
                {
                    new NpgsqlParameter<byte[]>("hash", token.Hash),
                    new NpgsqlParameter<string>("name", name),
                    new NpgsqlParameter<string>("role", role.Name()),
                    new NpgsqlParameter<TimeSpan>("life", Life),
                },
            },
            cancellationToken);
        return token;
    }

    /// <summary>Uses a token up and says for whom it was made; null when it was none, was used before or is too old.</summary>
    /// <remarks>It is looked for by its hash: how long that takes says nothing of the 256 bits behind it.</remarks>
    public async Task<TokenHolder?> RedeemAsync(string token, CancellationToken cancellationToken)
    {
        if (!Secret.IsShaped(token))
        {
            return null;
        }

        // Once: done again it would find the token used, and whoever holds it would stay outside.
        var hash = Secret.HashOf(token);
        var found = await database.Now.Once.RowsAsync(
            () => new NpgsqlCommand(RedeemSql) { Parameters = { new NpgsqlParameter<byte[]>("hash", hash) } },
            static row => row.GetBoolean(2) && Roles.Find(row.GetString(1)) is { } role ? new TokenHolder(row.GetString(0), role) : null,
            cancellationToken);
        return found.FirstOrDefault();
    }

    /// <summary>For whom a token was made that would still work, and goes on working; null when it would not.</summary>
    public async Task<TokenHolder?> HolderAsync(string token, CancellationToken cancellationToken)
    {
        if (!Secret.IsShaped(token))
        {
            return null;
        }

        var hash = Secret.HashOf(token);
        var found = await database.Now.Statements.RowsAsync(
            () => new NpgsqlCommand(HolderSql) { Parameters = { new NpgsqlParameter<byte[]>("hash", hash) } },
            static row => Roles.Find(row.GetString(1)) is { } role ? new TokenHolder(row.GetString(0), role) : null,
            cancellationToken);
        return found.FirstOrDefault();
    }

    /// <summary>Whether a token would still work.</summary>
    public async Task<bool> WorksAsync(Secret token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return await database.Now.Statements.ScalarAsync(() => new NpgsqlCommand(WorksSql) { Parameters = { new NpgsqlParameter<byte[]>("hash", token.Hash) } }, cancellationToken) is true;
    }
}

/// <summary>Whom a login token lets in.</summary>
/// <param name="Name">As they are called.</param>
/// <param name="Role">What they may.</param>
public sealed record TokenHolder(string Name, Role Role);
