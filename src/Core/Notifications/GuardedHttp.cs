using System.Net;
using System.Net.Sockets;

namespace Dashboard.Core.Notifications;

/// <summary>An address that is not to be reached from here.</summary>
public sealed class GuardedAddressException(string message) : HttpRequestException(HttpRequestError.ConnectionError, message);

/// <summary>
/// The way out to receivers: straight to an address that was looked at. A name is resolved once and what was looked at is connected to, so that it cannot become another in between; nothing is
/// redirected, no proxy and no cookie is used.
/// </summary>
public sealed class GuardedHttp : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly HashSet<string> allowed;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve;

    /// <summary>With these receivers in private networks.</summary>
    /// <param name="allowed">As <c>host:port</c>.</param>
    /// <param name="resolve">Names to addresses; null for the system's.</param>
    public GuardedHttp(IEnumerable<string> allowed, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        this.allowed = new HashSet<string>(allowed, StringComparer.OrdinalIgnoreCase);
        this.resolve = resolve ?? Dns.GetHostAddressesAsync;
        Client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = Patience,
            ConnectCallback = ConnectAsync,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 64 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        });
    }

    /// <summary>What sends.</summary>
    public HttpMessageInvoker Client { get; }

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await resolve(host, cancellationToken);
        if (!allowed.Contains($"{host}:{port}") && Array.Find(addresses, address => !PublicAddress.Is(address)) is { } inner)
        {
            throw new GuardedAddressException($"{host}:{port} is {inner}, which is not public. Name it in Notifications:Private when it is to be reached.");
        }

        if (addresses.Length == 0)
        {
            throw new HttpRequestException(HttpRequestError.NameResolutionError, $"{host} has no address.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
