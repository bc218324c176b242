using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using Dashboard.Core.Retries.Executor;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Dashboard.Core.Stores.Rabbit;

/// <summary>RabbitMQ as a resource of an executor: one connection, channels lent to runs, each of which confirms what is published on it.</summary>
public sealed class RabbitResource : ITransactional<IChannel>, IAsyncDisposable
{
    private const int Deepest = 8;
    private static readonly CreateChannelOptions Confirming = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
    private readonly RabbitOptions options;
    private readonly ConnectionFactory factory;
    private readonly SemaphoreSlim connecting = new(1);
    private readonly ConcurrentBag<IChannel> spare = [];
    private volatile IConnection? connection;

    /// <summary>A resource; nothing is opened yet.</summary>
    public RabbitResource(RabbitOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        Name = string.Create(CultureInfo.InvariantCulture, $"rabbitmq {options.RoutingKey}@{options.Host}:{options.Port}");
        factory = new ConnectionFactory
        {
            HostName = options.Host,
            Port = options.Port,
            UserName = options.User,
            Password = options.Password,
            VirtualHost = options.VirtualHost,
            ClientProvidedName = "crontabber-dashboard",
            RequestedHeartbeat = options.Heartbeat,

            // The executor begins again, and says so; the driver would do it unseen.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
        };
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Backend => "rabbitmq";

    /// <inheritdoc/>
    public async ValueTask<OpenTransaction<IChannel>> OpenAsync(CancellationToken cancellationToken) => new(await LendAsync(cancellationToken), null);

    /// <inheritdoc/>
    public ValueTask<CommitProof> ProofAsync(OpenTransaction<IChannel> transaction, CancellationToken cancellationToken) => new(new CommitProof(CommitProofKind.Repeatable, 0));

    /// <inheritdoc/>
    public ValueTask CommitAsync(OpenTransaction<IChannel> transaction, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask RollBackAsync(OpenTransaction<IChannel> transaction, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public async ValueTask CloseAsync(OpenTransaction<IChannel> transaction)
    {
        if (transaction.Connection.IsOpen)
        {
            spare.Add(transaction.Connection);
        }
        else
        {
            await transaction.Connection.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public void ForceReconnect()
    {
        spare.Clear();
        if (Interlocked.Exchange(ref connection, null) is { } old)
        {
            // What hangs is left to hang by itself.
            _ = Task.Run(async () => await GiveUpAsync(old));
        }
    }

    /// <inheritdoc/>
    public bool IsLost(OpenTransaction<IChannel> transaction) => !transaction.Connection.IsOpen;

    /// <inheritdoc/>
    public bool IsAnswer(Exception failure) => true;

    /// <inheritdoc/>
    public Trouble Classify(Exception failure, AttemptPhase phase, bool lost)
    {
        Trouble? found = null;
        for (var (cause, depth) = (failure, 0); depth < Deepest && cause is not null; depth++, cause = cause.InnerException)
        {
            // The deepest that is known says most: a server that cannot be reached may have refused a password.
            found = Known(cause) ?? found;
        }

        return found ?? new(lost && failure is InvalidOperationException ? TroubleKind.Operational : TroubleKind.Fatal, null);
    }

    /// <inheritdoc/>
    public ValueTask<CommitFate> FateAsync(CommitProof proof, CancellationToken cancellationToken) => new(CommitFate.Aborted);

    /// <summary>A channel of one's own, for who has to answer on the channel it was given something on.</summary>
    public async ValueTask<IChannel> NewChannelAsync(CancellationToken cancellationToken) =>
        await (await ConnectedAsync(cancellationToken)).CreateChannelAsync(Confirming, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref connection, null) is { } open)
        {
            await GiveUpAsync(open);
        }

        connecting.Dispose();
    }

    private async ValueTask<IChannel> LendAsync(CancellationToken cancellationToken)
    {
        while (spare.TryTake(out var lent))
        {
            if (lent.IsOpen)
            {
                return lent;
            }

            await lent.DisposeAsync();
        }

        return await NewChannelAsync(cancellationToken);
    }

    private async ValueTask<IConnection> ConnectedAsync(CancellationToken cancellationToken)
    {
        if (connection is { IsOpen: true } open)
        {
            return open;
        }

        await connecting.WaitAsync(cancellationToken);
        try
        {
            if (connection is { IsOpen: true } meanwhile)
            {
                return meanwhile;
            }

            // A server whose process is stopped accepts and never answers, and the driver's own bounds do not end that: the token does.
            var made = await factory.CreateConnectionAsync(cancellationToken);
            await using (var channel = await made.CreateChannelAsync(cancellationToken: cancellationToken))
            {
                foreach (var queue in (string[])[options.NormalQueue, options.PriorityQueue, options.ReprocessingQueue])
                {
                    await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellationToken);
                }
            }

            connection = made;
            return made;
        }
        finally
        {
            connecting.Release();
        }
    }

    private static async Task GiveUpAsync(IConnection old)
    {
        try
        {
            await old.AbortAsync(TimeSpan.FromSeconds(2));
            await old.DisposeAsync();
        }
        catch (Exception)
        {
            // It is gone either way.
        }
    }

    private static Trouble? Known(Exception cause) => cause switch
    {
        AuthenticationFailureException or PossibleAuthenticationFailureException => new(TroubleKind.Fatal, "403"),
        PublishException { IsReturn: true } => new(TroubleKind.Fatal, "312"),
        PublishException => new(TroubleKind.Operational, "nack"),
        OperationInterruptedException { ShutdownReason.ReplyCode: (402 or 403 or 404 or 405 or 406 or 530) and var code } => new(TroubleKind.Fatal, code.ToString(CultureInfo.InvariantCulture)),
        BrokerUnreachableException or ConnectFailureException or AlreadyClosedException or OperationInterruptedException or ChannelAllocationException => new(TroubleKind.Operational, null),
        SocketException or IOException or TimeoutException or OperationCanceledException => new(TroubleKind.Operational, null),
        _ => null,
    };
}
