using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Live;

/// <summary>A program that asks for everything and then does not read: SignalR's own client always reads.</summary>
internal sealed class RawWatch : IDisposable
{
    private const char End = '\u001e';
    private readonly ClientWebSocket socket = new();

    public static async Task<RawWatch> OpenAsync(RunningDashboard dashboard, CancellationToken cancellationToken)
    {
        var watch = new RawWatch();
        watch.socket.Options.SetRequestHeader("Authorization", $"Bearer {dashboard.Key}");
        using var narrow = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = NarrowAsync });
        await watch.socket.ConnectAsync(new UriBuilder(dashboard.Url) { Scheme = "ws", Path = "/hubs/live" }.Uri, narrow, cancellationToken);
        await watch.SendAsync("""{"protocol":"json","version":1}""", cancellationToken);
        await watch.SendAsync("""{"type":4,"invocationId":"1","target":"Watch","arguments":[{"source":"demo"}]}""", cancellationToken);
        return watch;
    }

    /// <summary>Reads all that came, up to the message of that number.</summary>
    public async Task<IReadOnlyList<JsonElement>> ReadUntilAsync(long sequence, CancellationToken cancellationToken)
    {
        var (items, text, buffer) = (new List<JsonElement>(), new StringBuilder(), new byte[1 << 16]);
        var decoder = Encoding.UTF8.GetDecoder();
        var letters = new char[1 << 16];
        while (items.Count == 0 || items[^1].GetProperty("sequence").GetInt64() < sequence)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            var count = decoder.GetChars(buffer.AsSpan(0, received.Count), letters, flush: false);
            foreach (var letter in letters.AsSpan(0, count))
            {
                if (letter != End)
                {
                    text.Append(letter);
                    continue;
                }

                using var message = JsonDocument.Parse(text.ToString());
                text.Clear();
                if (message.RootElement.TryGetProperty("item", out var item))
                {
                    items.Add(item.Clone());
                }
            }
        }

        return items;
    }

    public void Dispose() => socket.Dispose();

    // With little room on the way, few messages suffice to fill it.
    private static async ValueTask<Stream> NarrowAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 * 1024 };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task SendAsync(string message, CancellationToken cancellationToken) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(message + End), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
}
