using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dashboard.Core.Runner.Samples;

/// <summary>
/// The site that the sample's two jobs of the kind <c>http</c> call, on loopback: a few bugs, a folder of builds, and now and then the maintenance of
/// the bugs. One request for each connection is all it knows.
/// </summary>
internal sealed class SampleSite : IAsyncDisposable
{
    private const int LongestRequest = 8192;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource over = new();
    private readonly TimeProvider clock;
    private readonly Task accepting;
    private volatile bool away;

    private SampleSite(TimeProvider clock)
    {
        this.clock = clock;
        listener.Start();
        Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
        accepting = AcceptAsync();
    }

    /// <summary>Where it is.</summary>
    public Uri Url { get; }

    /// <summary>Whether the bugs are down for maintenance.</summary>
    public bool Away
    {
        get => away;
        set => away = value;
    }

    /// <summary>Starts it.</summary>
    public static SampleSite Start(TimeProvider clock) => new(clock);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Dispose();
        await accepting;
        over.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                // One after the other: two jobs are its only visitors.
                using var client = await listener.AcceptSocketAsync(over.Token);
                using var limit = new CancellationTokenSource(Patience, clock);
                using var end = CancellationTokenSource.CreateLinkedTokenSource(over.Token, limit.Token);
                await AnswerAsync(client, end.Token);
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                if (over.IsCancellationRequested)
                {
                    return;
                }
            }
        }
    }

    private async Task AnswerAsync(Socket client, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestRequest];
        var length = 0;
        while (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0 && length < buffer.Length)
        {
            var read = await client.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return;
            }

            length += read;
        }

        var request = Encoding.ASCII.GetString(buffer, 0, length);
        var (status, type, body) = Answer(request.Split(' ') is [_, var path, ..] ? path : "");
        var head = string.Create(
            CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\nContent-Type: {type}; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
        var answer = Encoding.UTF8.GetBytes(head);
        for (var sent = 0; sent < answer.Length;)
        {
            sent += await client.SendAsync(answer.AsMemory(sent), cancellationToken);
        }

        client.Shutdown(SocketShutdown.Both);
    }

    private (string Status, string Type, string Body) Answer(string path) => path switch
    {
        _ when path.StartsWith("/rest/bug", StringComparison.Ordinal) && Away =>
            ("503 Service Unavailable", "application/json", """{"error": true, "message": "Bugzilla is down for maintenance and will be back in a few minutes."}"""),
        _ when path.StartsWith("/rest/bug", StringComparison.Ordinal) =>
            ("200 OK", "application/json", """{"bugs": [{"id": 1060000, "cf_crash_signature": "[@ OOM | small]"}, {"id": 1060001, "cf_crash_signature": "[@ nsDocShell::Destroy()]"}]}"""),
        _ when path.StartsWith("/pub/", StringComparison.Ordinal) =>
            ("200 OK", "text/html", """<a href="35.0a1/">35.0a1/</a> <a href="34.0a2/">34.0a2/</a>"""),
        _ => ("404 Not Found", "text/plain", "There is nothing here."),
    };
}
