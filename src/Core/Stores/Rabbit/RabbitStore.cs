using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores.Crashes;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Dashboard.Core.Stores.Rabbit;

/// <summary>
/// A queue of crash ids in RabbitMQ: the original's <c>RabbitMQCrashStorage</c>. Keeps no crash; a save queues the id, a processor takes it out. A save is done when the server
/// has confirmed that it keeps the message, which the original never asked.
/// </summary>
/// <remarks>
/// A crash that was taken and not answered for goes back to its queue when the connection ends, so a crash may come twice. An answer that comes after that does nothing.
/// </remarks>
public sealed class RabbitStore : CrashStore
{
    /// <summary>Where probes publish; keeps one message, and goes when nobody has used it for a while.</summary>
    public const string CanaryQueue = "dashboard.canary";

    private readonly RabbitOptions options;
    private readonly RabbitResource resource;
    private readonly StoreRuns<IChannel> runs;
    private readonly Func<double> chance;
    private readonly ConcurrentDictionary<CrashId, Delivery> inProgress = new();
    private readonly SemaphoreSlim taking = new(1);
    private IChannel? consuming;

    /// <summary>A queue.</summary>
    /// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
    /// <param name="options">Where, and which queues.</param>
    /// <param name="context">Who tells, where, and the clock.</param>
    /// <param name="waits">How it waits; null for the original's way, for ever.</param>
    /// <param name="chance">From 0 to 1, for the throttle; null for the system's.</param>
    public RabbitStore(string name, RabbitOptions options, StoreContext context, ExecutorOptions? waits = null, Func<double>? chance = null)
        : base(name)
    {
        this.options = options;
        this.chance = chance ?? Random.Shared.NextDouble;
        resource = new RabbitResource(options);
        runs = new StoreRuns<IChannel>(resource, waits ?? StoreWaits.Infinite, waits ?? StoreWaits.Infinite, context);
    }

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => StoreCapabilities.SaveRaw | StoreCapabilities.NewCrashes;

    /// <summary>The resource by its name, by which its retries are found.</summary>
    public override string Resource => runs.Resource;

    /// <summary>Queues a crash that is to be processed: one whose <c>legacy_processing</c> is 0. Others, and those the throttle leaves out, are passed over.</summary>
    public override async ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(raw);
        var accepted = raw.Root.TryGetProperty("legacy_processing", out var legacy) && legacy.ValueKind == JsonValueKind.Number && legacy.GetDouble().Equals(0d);
        if (accepted && (options.Throttle >= 100 || chance() * 100 < options.Throttle))
        {
            await PublishAsync(options.RoutingKey, id.Value, cancellationToken);
        }
    }

    /// <summary>Nothing is known of a crash here that a processor could change.</summary>
    public override ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken) => default;

    /// <summary>Publishes a message and waits until it is confirmed: all that proves that crashes can be queued. To connect proves nothing, a server short of memory lets everybody in.</summary>
    public async ValueTask ProbeAsync(CancellationToken cancellationToken) => await runs.Save.RunAsync(
        static async (channel, _, cancellation) =>
        {
            var bounds = new Dictionary<string, object?> { ["x-max-length"] = 1, ["x-expires"] = 600_000 };
            await channel.QueueDeclareAsync(CanaryQueue, durable: false, exclusive: false, autoDelete: false, bounds, cancellationToken: cancellation);
            await channel.BasicPublishAsync("", CanaryQueue, mandatory: true, new BasicProperties(), Encoding.ASCII.GetBytes("canary"), cancellation);
            return true;
        },
        0,
        cancellationToken);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<NewCrash> NewCrashesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Priority comes before each of the others, and none of them starves.
        string[] order = [options.PriorityQueue, options.NormalQueue, options.PriorityQueue, options.ReprocessingQueue];
        for (var (at, empty) = (0, 0); empty < order.Length; at = (at + 1) % order.Length)
        {
            if (await TakeAsync(order[at], cancellationToken) is { } taken)
            {
                empty = 0;
                yield return taken;
            }
            else
            {
                empty++;
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask AckCrashAsync(NewCrash crash, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(crash);
        if (crash.Receipt is not Delivery delivery)
        {
            throw new ArgumentException("This crash was not handed out by this store.", nameof(crash));
        }

        inProgress.TryRemove(KeyValuePair.Create(crash.Id, delivery));
        if (delivery.Channel.IsOpen)
        {
            try
            {
                await delivery.Channel.BasicAckAsync(delivery.Tag, multiple: false, cancellationToken);
            }
            catch (AlreadyClosedException)
            {
                // It is in its queue again.
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await resource.DisposeAsync();
        taking.Dispose();
    }

    private async ValueTask PublishAsync(string queue, string body, CancellationToken cancellationToken) => await runs.Save.RunAsync(
        static async (channel, asked, cancellation) =>
        {
            // Mandatory: a message for a queue that is not there comes back and is a failure.
            await channel.BasicPublishAsync("", asked.queue, mandatory: true, new BasicProperties { Persistent = true }, Encoding.ASCII.GetBytes(asked.body), cancellation);
            return true;
        },
        (queue, body),
        cancellationToken);

    private ValueTask<NewCrash?> TakeAsync(string queue, CancellationToken cancellationToken) => runs.Get.RunAsync(
        static async (_, asked, cancellation) =>
        {
            var (store, queue) = asked;
            await store.taking.WaitAsync(cancellation);
            try
            {
                if (store.consuming is not { IsOpen: true })
                {
                    // What was taken on the channel before is in its queue again.
                    store.inProgress.Clear();
                    store.consuming = await store.resource.NewChannelAsync(cancellation);
                }

                while (await store.consuming.BasicGetAsync(queue, autoAck: false, cancellation) is { } message)
                {
                    var delivery = new Delivery(store.consuming, message.DeliveryTag);
                    if (CrashId.TryParse(Encoding.ASCII.GetString(message.Body.Span), out var id) && store.inProgress.TryAdd(id, delivery))
                    {
                        return new NewCrash(id, delivery);
                    }

                    // No crash id, or one that is being dealt with already.
                    await store.consuming.BasicAckAsync(message.DeliveryTag, multiple: false, cancellation);
                }

                return (NewCrash?)null;
            }
            finally
            {
                store.taking.Release();
            }
        },
        (this, queue),
        cancellationToken);

    private sealed record Delivery(IChannel Channel, ulong Tag);
}
