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

/// <summary>Refuses further logins from an address for a minute after five wrong tokens. Right ones count for nothing.</summary>
internal sealed class LoginFailures() : AddressFailures(5);

/// <summary>Tells an address that sent more than a hundred and twenty wrong API keys within a minute to wait. A right one is let in all the same: behind one address there may be many programs.</summary>
internal sealed class KeyFailures() : AddressFailures(120);

/// <summary>Counts what an address did wrong within a minute.</summary>
/// <param name="most">So often it may.</param>
internal abstract class AddressFailures(int most) : IDisposable
{
    private readonly PartitionedRateLimiter<string> failures = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions { PermitLimit = most, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));

    /// <summary>True when this address has to wait.</summary>
    public bool Exhausted(HttpContext context)
    {
        using var lease = failures.AttemptAcquire(Address(context), permitCount: 0);
        return !lease.IsAcquired;
    }

    /// <summary>Counts one.</summary>
    public void Count(HttpContext context)
    {
        using var lease = failures.AttemptAcquire(Address(context));
    }

    public void Dispose() => failures.Dispose();

    private static string Address(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";
}
