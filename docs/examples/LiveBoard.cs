using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;

namespace Dashboard.Examples;

/// <summary>Keeps a copy of where every job of a source stands, up to date by the hub. Needs the package Microsoft.AspNetCore.SignalR.Client.</summary>
public sealed class LiveBoard(Uri dashboard, string key, string? source = null)
{
    private string? instance;
    private long? sequence;

    /// <summary>app_name → the job as it stands.</summary>
    public SortedDictionary<string, JsonElement> Jobs { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the source is live, and how many jobs stand in which state.</summary>
    public JsonElement Source { get; private set; }

    /// <summary>Watches until cancelled; calls <paramref name="changed"/> after each message. Comes back by itself after a loss.</summary>
    public async Task WatchAsync(Action changed, CancellationToken cancellationToken)
    {
        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(dashboard, "/hubs/live"), options =>
            {
                options.AccessTokenProvider = () => Task.FromResult<string?>(key);
                options.SkipNegotiation = true;
                options.Transports = Microsoft.AspNetCore.Http.Connections.HttpTransportType.WebSockets;
            })
            .Build();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await hub.StartAsync(cancellationToken);

                // What we have, if anything: a short loss then costs a difference and not everything.
                var watch = new { source, instance, sequence };
                await foreach (var message in hub.StreamAsync<JsonElement>("Watch", watch, cancellationToken))
                {
                    if (!Apply(message))
                    {
                        await hub.InvokeAsync("Resync", cancellationToken);
                    }

                    changed();
                }
            }
            catch (Exception cause) when (cause is HttpRequestException or IOException or System.Net.WebSockets.WebSocketException or InvalidOperationException)
            {
                // Lost: begin again below.
            }

            await hub.StopAsync(cancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Takes one message in; false when it does not fit what we have.</summary>
    private bool Apply(JsonElement message)
    {
        var kind = message.GetProperty("kind").GetString();
        if (kind == "difference" && message.GetProperty("from").GetInt64() != sequence)
        {
            return false;
        }

        if (kind != "difference")
        {
            Jobs.Clear();
        }

        foreach (var name in message.GetProperty("removed").EnumerateArray())
        {
            Jobs.Remove(name.GetString()!);
        }

        foreach (var job in message.GetProperty("jobs").EnumerateArray())
        {
            Jobs[job.GetProperty("app_name").GetString()!] = job;
        }

        (instance, sequence) = (message.GetProperty("instance").GetString(), message.GetProperty("sequence").GetInt64());
        Source = message.GetProperty("source");
        return true;
    }
}
