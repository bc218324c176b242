using Dashboard.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Tests.Security;

/// <summary>The limits as they are in the running program, whatever set them.</summary>
public sealed class LimitsTests(SharedDashboard shared)
{
    private IServiceProvider Services => shared.Running.Services;

    [Fact]
    public void Requests_are_small_quick_and_not_too_many()
    {
        var limits = Option<KestrelServerOptions>().Limits;
        Assert.Equal((64 * 1024, 16 * 1024, 50), (limits.MaxRequestBodySize, limits.MaxRequestHeadersTotalSize, limits.MaxRequestHeaderCount));
        Assert.Equal((3_000, 1_000, TimeSpan.FromSeconds(10)), (limits.MaxConcurrentConnections, limits.MaxConcurrentUpgradedConnections, limits.RequestHeadersTimeout));
        Assert.Equal((240, TimeSpan.FromSeconds(5)), (limits.MinRequestBodyDataRate!.BytesPerSecond, limits.MinRequestBodyDataRate.GracePeriod));
        Assert.False(Option<KestrelServerOptions>().AddServerHeader);
    }

    [Fact]
    public void Circuits_and_the_hub_take_small_messages_one_after_the_other_and_say_nothing_of_faults()
    {
        var hub = Option<HubOptions>();
        Assert.Equal((32 * 1024, 1, false), (hub.MaximumReceiveMessageSize, hub.MaximumParallelInvocationsPerClient, hub.EnableDetailedErrors));
        Assert.Equal((30, 15, 15), (hub.ClientTimeoutInterval!.Value.TotalSeconds, hub.KeepAliveInterval!.Value.TotalSeconds, hub.HandshakeTimeout!.Value.TotalSeconds));
        var circuit = Option<CircuitOptions>();
        Assert.Equal((false, 10, TimeSpan.FromSeconds(10)), (circuit.DetailedErrors, circuit.MaxBufferedUnacknowledgedRenderBatches, circuit.JSInteropDefaultCallTimeout));
        Assert.Equal((20, TimeSpan.FromMinutes(1)), (circuit.DisconnectedCircuitMaxRetained, circuit.DisconnectedCircuitRetentionPeriod));
        Assert.Equal((200, TimeSpan.FromMinutes(15)), (circuit.PersistedCircuitInMemoryMaxRetained, circuit.PersistedCircuitInMemoryRetentionPeriod));
    }

    [Fact]
    public void No_forwarding_header_is_believed_until_a_proxy_is_named() =>
        Assert.Equal((ForwardedHeaders.None, 0, 0), (Option<ForwardedHeadersOptions>().ForwardedHeaders, Option<ForwardedHeadersOptions>().KnownProxies.Count, Option<ForwardedHeadersOptions>().KnownIPNetworks.Count));

    private T Option<T>()
        where T : class => Services.GetRequiredService<IOptions<T>>().Value;
}
