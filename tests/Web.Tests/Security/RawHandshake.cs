using System.Net.Sockets;
using System.Text;

namespace Dashboard.Web.Tests.Security;

/// <summary>A WebSocket handshake with exactly the headers a test says, as no well-behaved client would send it.</summary>
internal static class RawHandshake
{
    /// <summary>The status the server answers with; 101 is an open socket.</summary>
    public static async Task<int> StatusAsync(Uri server, string target, IEnumerable<string> headers, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, cancellationToken);
        await using var stream = client.GetStream();
        var request = new StringBuilder($"GET {target} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        foreach (var header in headers)
        {
            request.Append(header).Append("\r\n");
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(request.Append("\r\n").ToString()), cancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var line = await reader.ReadLineAsync(cancellationToken) ?? "";
        return int.Parse(line.Split(' ')[1]);
    }
}
