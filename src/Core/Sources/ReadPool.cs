using Dashboard.Core.Database;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>Makes the small pool of bounded, read-only sessions through which a source is read.</summary>
/// <remarks>
/// The limits are start-up options of each session, so a reset returns to them and nothing is ever SET. A pooler (pgbouncer before it is told
/// otherwise) refuses such options; then nothing may be SET for the session either, because it would stay on a server connection that
/// other programs share, so each reading is a read-only transaction with SET LOCAL instead: see <see cref="ObservedSource.ReadAsync"/>.
/// </remarks>
internal static class ReadPool
{
    /// <summary>The limit of one statement, as PostgreSQL prints it.</summary>
    public const string StatementTimeout = "4s";

    private const string Limits =
        "-c default_transaction_read_only=on -c statement_timeout=4s -c lock_timeout=250ms -c idle_in_transaction_session_timeout=5s";

    private const string BoundedSql = "select current_setting('statement_timeout')";

    /// <summary>
    /// The executor of readings on such a pool. It tells nobody: that a source is lost is told by whoever visits it, once, and what a page asked for in vain by the page.
    /// </summary>
    /// <param name="pool">The pool.</param>
    /// <param name="kind">Plain where somebody around it tries again.</param>
    public static TransactionExecutor<NpgsqlConnection> Readings(NpgsqlDataSource pool, ExecutorKind kind) => new(
        new NpgsqlResource(pool, NpgsqlUse.Statements), OwnDatabase.Limited with { TransactionExecutorClass = ExecutorKinds.NameOf(kind) }, OwnDatabase.Identity, SilentTelemetry.Instance, TimeProvider.System);

    /// <summary>A pool that answered once; and whether its sessions carry the limits.</summary>
    public static async Task<(NpgsqlDataSource Pool, bool Bounded)> OpenAsync(Source source, CancellationToken cancellationToken)
    {
        var bounded = Build(source, Limits);
        try
        {
            if (await Readings(bounded, ExecutorKind.Plain).ScalarAsync(static () => new NpgsqlCommand(BoundedSql), cancellationToken) is StatementTimeout)
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

    /// <summary>What is there, looked at in one transaction: behind a pooler each statement may meet another server process.</summary>
    public static async Task<SourceFacts> LookAsync(NpgsqlDataSource pool, CancellationToken cancellationToken) => await Readings(pool, ExecutorKind.Plain).RunAsync(
        static async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            return await CapabilityProbe.LookAsync(connection, token);
        },
        cancellationToken);

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
