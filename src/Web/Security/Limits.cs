using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR;

namespace Dashboard.Web.Security;

/// <summary>How much anybody may ask of the dashboard at once.</summary>
internal static class Limits
{
    /// <summary>Generous: a wallboard asks once a second, a script in bursts.</summary>
    public const string ApiPolicy = "api";

    /// <summary>Connections at once, of everybody together; those of known proxies are not counted.</summary>
    public const int MostConnections = 2_000;

    /// <summary>What the server takes beyond: of known proxies, and while others are being closed.</summary>
    public const int MostBeside = 1_000;

    private const int ApiBurst = 300;
    private const int ApiPerSecond = 50;

    public static IServiceCollection AddLimits(this IServiceCollection services)
    {
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 50;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MaxConcurrentConnections = MostConnections + MostBeside;
            kestrel.Limits.MaxConcurrentUpgradedConnections = 1_000;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        });
        services.AddSingleton<Crowd>();
        services.AddOptions<KestrelServerOptions>().Configure<Crowd>(static (kestrel, crowd) =>
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection => crowd.InvokeAsync(connection, next))));
        services.Configure<HubOptions>(hub =>
        {
            hub.AddFilter<HubGuard>();
            hub.EnableDetailedErrors = false;
            hub.MaximumReceiveMessageSize = 32 * 1024;
            hub.MaximumParallelInvocationsPerClient = 1;
            hub.ClientTimeoutInterval = TimeSpan.FromSeconds(30);
            hub.KeepAliveInterval = TimeSpan.FromSeconds(15);
            hub.HandshakeTimeout = TimeSpan.FromSeconds(15);
        });
        services.Configure<CircuitOptions>(circuit =>
        {
            circuit.DetailedErrors = false;
            circuit.MaxBufferedUnacknowledgedRenderBatches = 10;
            circuit.JSInteropDefaultCallTimeout = TimeSpan.FromSeconds(10);
            circuit.PersistedCircuitInMemoryMaxRetained = 200;
            circuit.PersistedCircuitInMemoryRetentionPeriod = TimeSpan.FromMinutes(15);
        });
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = (rejected, _) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
                rejected.HttpContext.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                return ValueTask.CompletedTask;
            };
            limiter.AddPolicy(ApiPolicy, context => RateLimitPartition.GetTokenBucketLimiter(Caller(context), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = ApiBurst,
                TokensPerPeriod = ApiPerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            }));
        });
        services.AddSingleton<LoginFailures>();
        services.AddSingleton<KeyFailures>();
        return services;
    }

    // By key or person, not by address alone: behind a proxy everybody has the same.
    private static string Caller(HttpContext context) =>
        context.User.FindFirst(AccessClaims.Key)?.Value ?? $"{context.User.Identity?.Name} {context.Connection.RemoteIpAddress}";
}

/// <summary>
/// Tells an address that sent more than five wrong login tokens within a minute to wait. A right one is let in all the same: nobody guesses 256 bits, and behind one
/// address there may be whoever was woken. That it can always be looked up is bounded by turns.
/// </summary>
internal sealed class LoginFailures() : AddressFailures(5)
{
    private const int AtOnce = 4;
    private const int Waiting = 20;

    // Whoever came last is next: those who queue in crowds push out their own.
    private readonly PartitionedRateLimiter<string> turns = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetConcurrencyLimiter(address, _ => new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = Waiting, QueueProcessingOrder = QueueProcessingOrder.NewestFirst }));

    /// <summary>Waits until a token of this address may be looked up; given back by disposing it. Not acquired when too many of the same address wait.</summary>
    public ValueTask<RateLimitLease> TurnAsync(HttpContext context) => turns.AcquireAsync(Address(context), cancellationToken: context.RequestAborted);

    public override void Dispose()
    {
        turns.Dispose();
        base.Dispose();
    }
}

/// <summary>Tells an address that sent more than a hundred and twenty wrong API keys within a minute to wait. A right one is let in all the same: behind one address there may be many programs.</summary>
internal sealed class KeyFailures() : AddressFailures(120);

/// <summary>Counts what an address did wrong within a minute.</summary>
/// <param name="most">So often it may.</param>
internal abstract class AddressFailures(int most) : IDisposable
{
    /// <summary>How long it is remembered.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<string> failures = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions { PermitLimit = most, Window = Window, QueueLimit = 0 }));

    /// <summary>Counts one; false when this address has done so too often and has to wait.</summary>
    public bool Count(HttpContext context)
    {
        using var lease = failures.AttemptAcquire(Address(context));
        return lease.IsAcquired;
    }

    public virtual void Dispose() => failures.Dispose();

    protected static string Address(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";
}
