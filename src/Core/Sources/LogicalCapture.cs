using System.Security.Cryptography;
using Npgsql;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;
using Npgsql.Replication.TestDecoding;
using NpgsqlTypes;

namespace Dashboard.Core.Sources;

/// <summary>
/// Follows the write-ahead log through a temporary slot, which is gone with its connection. With the installed publications only our tables' changes
/// are sent (pgoutput); without them nothing needs to exist in the database and every change of it is sent as text (test_decoding).
/// </summary>
internal sealed class LogicalCapture(ObservedSource observed, SourceGround ground, TimeProvider clock) : IChangeCapture
{
    private const string TerminateSql = """
        select pg_terminate_backend(@session)
        """;

    private static readonly TimeSpan GraceToEnd = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenConfirmations = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SlotDeadline = TimeSpan.FromSeconds(6);
    private readonly DecodedTables tables = new(ground);
    private LogicalReplicationConnection? connection;
    private bool abandoned;
    private Func<CancellationToken, IAsyncEnumerable<(NpgsqlLogSequenceNumber End, SourceChange Change, uint? Transaction)>>? changes;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (ground.Server.WalLevel != "logical")
        {
            throw new CaptureUnavailableException($"wal_level is {ground.Server.WalLevel}; logical needs wal_level = logical and a restart of the server.");
        }

        if (ground.State.Kind is not ("r" or "p") || ground.Log is { Kind: not ("r" or "p") })
        {
            throw new CaptureUnavailableException("logical follows tables, and what is observed here is a view or kept elsewhere.");
        }

        if (!ground.Server.MayReplicate)
        {
            throw new CaptureUnavailableException($"logical needs the attribute REPLICATION for role {ground.Server.Role} (it then sees every row change of the cluster).");
        }

        if (ground.Server is { Standby: true, Version: < 160000 })
        {
            throw new CaptureUnavailableException("logical needs the primary: a standby decodes from PostgreSQL 16 on.");
        }

        connection = new LogicalReplicationConnection(Settings())
        {
            WalReceiverStatusInterval = BetweenConfirmations,
            WalReceiverTimeout = TimeSpan.FromSeconds(30),
        };
        try
        {
            await connection.Open(cancellationToken);
            await CreateSlotAsync(cancellationToken);
        }
        catch (Exception cause) when (Reason(cause) is { } reason)
        {
            throw new CaptureUnavailableException(reason, cause);
        }
    }

    /// <inheritdoc/>
    public async Task RunAsync(ChangeSignal signal, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var confirming = ConfirmAsync(ended.Token);
        var following = FollowAsync(signal, cancellationToken);
        try
        {
            await following.WaitAsync(cancellationToken);
        }
        finally
        {
            await ended.CancelAsync();
            await confirming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await EndAsync(following);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (connection is not null && !abandoned)
        {
            await connection.DisposeAsync();
        }
    }

    private async Task FollowAsync(ChangeSignal signal, CancellationToken cancellationToken)
    {
        var inTransaction = SourceChange.None;
        await foreach (var (end, change, transaction) in changes!(cancellationToken))
        {
            inTransaction |= change & ~SourceChange.Resync;
            if (change.HasFlag(SourceChange.Resync))
            {
                // The mark of a commit: one signal for all the transaction did.
                signal.Raise(inTransaction, transaction);
                inTransaction = SourceChange.None;
            }

            connection!.SetReplicationStatus(end);
        }
    }

    /// <summary>
    /// Waits until a stream that was told to end has ended. One told so while it is only starting overlooks it and goes on for as long as the server
    /// lives, with its slot: then the server is asked to end the session, and what cannot be ended is left behind rather than waited for.
    /// </summary>
    private async Task EndAsync(Task following)
    {
        if (await EndsAsync(following))
        {
            return;
        }

        try
        {
            await observed.ReadAsync(
                async (other, token) =>
                {
                    await using var command = new NpgsqlCommand(TerminateSql, other) { Parameters = { new("session", connection!.ProcessID) } };
                    return await command.ExecuteNonQueryAsync(token);
                },
                CancellationToken.None);
        }
        catch (Exception cause) when (cause is NpgsqlException or ObjectDisposedException or InvalidOperationException)
        {
            // Out of reach: the server ends the session by itself when nobody confirms any more.
        }

        abandoned = !await EndsAsync(following);
    }

    private async Task<bool> EndsAsync(Task following)
    {
        await following.WaitAsync(GraceToEnd, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return following.IsCompleted;
    }

    private async Task CreateSlotAsync(CancellationToken cancellationToken)
    {
        var name = $"{CaptureNames.SlotPrefix}{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        if (tables.Published)
        {
            var slot = await connection!.CreatePgOutputReplicationSlot(name, temporarySlot: true, LogicalSlotSnapshotInitMode.NoExport, cancellationToken: cancellationToken);
            string[] publications = ground.Log is { } log ? [CaptureNames.Publication(ground.State), CaptureNames.Publication(log)] : [CaptureNames.Publication(ground.State)];
            changes = stop => PublishedAsync(connection!.StartReplication(slot, new PgOutputReplicationOptions(publications, PgOutputProtocolVersion.V1), stop));
        }
        else
        {
            var slot = await connection!.CreateTestDecodingReplicationSlot(name, temporarySlot: true, LogicalSlotSnapshotInitMode.NoExport, cancellationToken: cancellationToken);
            changes = stop => DecodedAsync(connection!.StartReplication(slot, stop, new TestDecodingOptions(includeXids: true, skipEmptyXacts: true)));
        }
    }

    private async IAsyncEnumerable<(NpgsqlLogSequenceNumber End, SourceChange Change, uint? Transaction)> PublishedAsync(IAsyncEnumerable<PgOutputReplicationMessage> messages)
    {
        uint? transaction = null;
        await foreach (var message in messages)
        {
            transaction = message is BeginMessage begin ? begin.TransactionXid : transaction;
            yield return (message.WalEnd, message switch
            {
                CommitMessage => SourceChange.Resync,
                InsertMessage insert => tables.Of(insert.Relation),
                UpdateMessage update => tables.Of(update.Relation),
                DeleteMessage delete => tables.Of(delete.Relation),
                TruncateMessage truncate => truncate.Relations.Aggregate(SourceChange.None, (all, relation) => all | tables.Of(relation)),
                _ => SourceChange.None,
            }, transaction);
        }
    }

    private async IAsyncEnumerable<(NpgsqlLogSequenceNumber End, SourceChange Change, uint? Transaction)> DecodedAsync(IAsyncEnumerable<TestDecodingData> lines)
    {
        await foreach (var line in lines)
        {
            yield return (line.WalEnd, tables.Of(line.Data), DecodedTables.Committed(line.Data));
        }
    }

    // Other tables' changes move the log on without a message to us; unconfirmed, the server would keep all of it for our sake.
    private async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(BetweenConfirmations, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            connection!.SetReplicationStatus(connection.LastReceivedLsn);
            await connection.SendStatusUpdate(cancellationToken);
        }
    }

    private string? Reason(Exception cause) => cause switch
    {
        PostgresException { SqlState: "08P01" } => "Through a pooler that refuses replication; logical needs a direct connection.",
        PostgresException { SqlState: PostgresErrorCodes.UndefinedFile or PostgresErrorCodes.UndefinedObject } =>
            $"The server has no test_decoding (package postgresql-contrib); or run ./run install capture --mode logical --source {observed.Source.Name}.",
        PostgresException { SqlState: PostgresErrorCodes.ConfigurationLimitExceeded } => "All replication slots of the server are in use (max_replication_slots).",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => "All replication connections of the server are in use (max_wal_senders).",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidPassword } =>
            $"The server does not let role {ground.Server.Role} replicate.",
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled } or NpgsqlException { InnerException: TimeoutException } =>
            "A transaction that writes has been open for long, and a slot can start only when it ends.",
        _ => null,
    };

    // A slot waits for every open transaction; the lock timeout ends that on the server too. A consumer that stops holds the log back for 20 s at most.
    private string Settings()
    {
        var settings = new NpgsqlConnectionStringBuilder(observed.Source.ConnectionString)
        {
            ApplicationName = "dash-decode",
            Timeout = 3,
            CommandTimeout = (int)SlotDeadline.TotalSeconds,
            CancellationTimeout = 500,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 5,
            TcpKeepAliveInterval = 1,
            IncludeErrorDetail = false,
            PersistSecurityInfo = false,
        };
        settings.Options = $"{settings.Options} -c lock_timeout=4s -c wal_sender_timeout=20s".Trim();
        return settings.ConnectionString;
    }
}
