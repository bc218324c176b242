using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>Makes the small pool of bounded, read-only sessions through which a source is read.</summary>
/// <remarks>
/// The limits are start-up options of each session, so a reset returns to them and nothing is ever SET. A pooler (pgbouncer before it is told
/// otherwise) refuses such options; then nothing may be SET for the session either, because it would stay on a server connection that
/// other programs share, so each reading is a read-only transaction with SET LOCAL instead: see <see cref="ObservedSource.OpenAsync"/>.
/// </remarks>
internal static class ReadPool
{
    /// <summary>The limit of one statement, as PostgreSQL prints it.</summary>
    public const string StatementTimeout = "4s";

    private const string Limits =
        "-c default_transaction_read_only=on -c statement_timeout=4s -c lock_timeout=250ms -c idle_in_transaction_session_timeout=5s";

    /// <summary>A pool that answered once; and whether its sessions carry the limits.</summary>
    public static async Task<(NpgsqlDataSource Pool, bool Bounded)> OpenAsync(Source source, CancellationToken cancellationToken)
    {
        var bounded = Build(source, Limits);
        try
        {
            await using var connection = await bounded.OpenConnectionAsync(cancellationToken);
            await using var command = new NpgsqlCommand("select current_setting('statement_timeout')", connection);
            if (await command.ExecuteScalarAsync(cancellationToken) is StatementTimeout)
            {
                return (bounded, true);
            }
        }
        catch (PostgresException cause) when (cause.SqlState == PostgresErrorCodes.ProtocolViolation)
        {
            // "unsupported startup parameter: options"
        }
        catch
        {
            await bounded.DisposeAsync();
            throw;
        }

        await bounded.DisposeAsync();
        return (Build(source, limits: null), false);
    }

    private static NpgsqlDataSource Build(Source source, string? limits)
    {
        var settings = new NpgsqlConnectionStringBuilder(source.ConnectionString)
        {
            ApplicationName = "dash-read",
            MaxPoolSize = 8,
            MinPoolSize = 1,
            Timeout = 3,
            CommandTimeout = 5,
            CancellationTimeout = 500,
            ConnectionIdleLifetime = 60,
            MaxAutoPrepare = 0,
            Enlist = false,
            IncludeErrorDetail = false,
            PersistSecurityInfo = false,
            LogParameters = false,

            // We never change a session, and DISCARD ALL through a pooler would throw away what belongs to somebody else.
            NoResetOnClose = true,
        };
        if (limits is not null)
        {
            settings.Options = string.IsNullOrEmpty(settings.Options) ? limits : $"{settings.Options} {limits}";
        }

        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = source.Name }.Build();
    }
}
