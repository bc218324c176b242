using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Security;

/// <summary>
/// The last word on where the dashboard listens: every address passes here, whatever setting it came from. <see cref="StartRule"/> says it
/// sooner and more kindly for the settings it knows.
/// </summary>
internal sealed class LoopbackTransport(IOptions<SocketTransportOptions> options, ILoggerFactory logs, IConfiguration configuration)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory sockets = new(options, logs);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint is UnixDomainSocketEndPoint || (endpoint is IPEndPoint { Address: var address } && IPAddress.IsLoopback(address)) || AccessOptions.Read(configuration).AllowRemote
            ? sockets.BindAsync(endpoint, cancellationToken)
            : throw new InvalidOperationException($"Refusing to listen on {endpoint}: other machines could reach the dashboard there. Consent with Access:AllowRemote=true and https.");

    // Nothing else may bind what we refuse.
    public bool CanBind(EndPoint endpoint) => true;
}
