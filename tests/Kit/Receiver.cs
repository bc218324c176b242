using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Dashboard.Kit;

/// <summary>One request a <see cref="Receiver"/> got.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path with the query.</param>
/// <param name="Headers">Its headers.</param>
/// <param name="Body">Its body.</param>
public sealed record Received(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}

/// <summary>Somebody messages are sent to: a real HTTP server on loopback that answers as it is told and remembers all it got.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<Received> got = new();
    private readonly CancellationTokenSource over = new();
    private readonly Task serving;

    private Receiver(int port)
    {
        Url = new Uri($"http://127.0.0.1:{port}/");
        listener.Prefixes.Add(Url.ToString());
        listener.Start();
        serving = Task.Run(ServeAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>As it is named in <c>Notifications:Private</c>.</summary>
    public string Authority => Url.Authority;

    /// <summary>What it got, oldest first.</summary>
    public IReadOnlyList<Received> Got => [.. got];

    /// <summary>How it answers: given how many it had before.</summary>
    public Func<int, Received, (int Status, string? RetryAfter)> Answer { get; set; } = (_, _) => (200, null);

    /// <summary>What else stands in its answers: headers, a body.</summary>
    public Action<HttpListenerResponse> Also { get; set; } = _ => { };

    /// <summary>Before it answers it waits for this.</summary>
    public Func<int, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Starts one on a free port, or on one that it had before.</summary>
    public static Receiver Start(int? port = null) => new(port ?? FreePorts.Take());

    /// <summary>What it got as soon as that is as awaited.</summary>
    public async Task<IReadOnlyList<Received>> UntilAsync(Func<IReadOnlyList<Received>, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        using var deadline = new CancellationTokenSource(Deadline);
        while (!deadline.IsCancellationRequested)
        {
            var all = Got;
            if (condition(all))
            {
                return all;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        throw new TimeoutException($"The receiver got {Got.Count} messages, and not what was awaited:\n{string.Join('\n', Got.Select(each => System.Text.Encoding.UTF8.GetString(each.Body)))}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Close();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        over.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!over.IsCancellationRequested)
        {
            var context = await listener.GetContextAsync();
            _ = Task.Run(() => AnswerAsync(context));
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            var headers = context.Request.Headers.AllKeys.OfType<string>().ToDictionary(name => name, name => context.Request.Headers[name] ?? "", StringComparer.OrdinalIgnoreCase);
            var received = new Received(context.Request.HttpMethod, context.Request.RawUrl ?? "", headers, body.ToArray());
            int before;
            lock (got)
            {
                before = got.Count;
                got.Enqueue(received);
            }

            await Before(before).WaitAsync(over.Token);
            var answer = Answer(before, received);
            context.Response.StatusCode = answer.Status;
            if (answer.RetryAfter is { } after)
            {
                context.Response.AddHeader("Retry-After", after);
            }

            Also(context.Response);
            context.Response.Close();
        }
        catch (Exception cause) when (cause is HttpListenerException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Whoever sent is gone, or the test is over.
        }
    }
}
