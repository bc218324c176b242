using System.Text.Json;
using System.Threading.Channels;
using Dashboard.Kit;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace Dashboard.Web.Tests.Live;

/// <summary>A program that watches a dashboard and keeps a copy, as careless as a test needs it.</summary>
internal sealed class Watch : IAsyncDisposable
{
    private readonly CancellationTokenSource over = new();
    private readonly Channel<JsonElement> messages = Channel.CreateUnbounded<JsonElement>();
    private Task pump = Task.CompletedTask;

    private Watch(HubConnection hub) => Hub = hub;

    public HubConnection Hub { get; }

    /// <summary>Those taken in, in order.</summary>
    public List<JsonElement> Messages { get; } = [];

    /// <summary>app_name → the job.</summary>
    public Dictionary<string, JsonElement> Board { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the stream has ended, for whatever reason.</summary>
    public bool IsOver => pump.IsCompleted;

    public static async Task<Watch> OpenAsync(RunningDashboard dashboard, object? asked = null, string? key = null)
    {
        var hub = new HubConnectionBuilder().WithUrl(new Uri(dashboard.Url, "/hubs/live"), options =>
        {
            options.AccessTokenProvider = () => Task.FromResult<string?>(key ?? dashboard.Key);
            options.SkipNegotiation = true;
            options.Transports = HttpTransportType.WebSockets;
            options.TransportMaxBufferSize = 64 * 1024;
            options.ApplicationMaxBufferSize = 64 * 1024;
        }).Build();
        var watch = new Watch(hub);
        await hub.StartAsync();
        watch.pump = watch.PumpAsync(asked ?? new { source = "demo" });
        return watch;
    }

    /// <summary>Takes the next message into the copy.</summary>
    public async Task<JsonElement> NextAsync()
    {
        using var deadline = new CancellationTokenSource(RunningDashboard.Deadline);
        var message = await messages.Reader.ReadAsync(deadline.Token);
        var kind = message.GetProperty("kind").GetString();
        if (kind == "difference" && Messages.Count > 0)
        {
            Assert.Equal(Messages[^1].GetProperty("sequence").GetInt64(), message.GetProperty("from").GetInt64());
        }

        if (kind != "difference")
        {
            Board.Clear();
        }

        foreach (var name in message.GetProperty("removed").EnumerateArray())
        {
            Assert.True(Board.Remove(name.GetString()!) || Messages.Count == 0);
        }

        foreach (var job in message.GetProperty("jobs").EnumerateArray())
        {
            Board[job.GetProperty("app_name").GetString()!] = job;
        }

        Messages.Add(message);
        return message;
    }

    public async Task UntilAsync(Func<IReadOnlyDictionary<string, JsonElement>, bool> condition)
    {
        while (!condition(Board))
        {
            await NextAsync();
        }
    }

    public async Task UntilSequenceAsync(long sequence)
    {
        while (Messages.Count == 0 || Messages[^1].GetProperty("sequence").GetInt64() < sequence)
        {
            await NextAsync();
        }
    }

    /// <summary>The stream ends, and not by us.</summary>
    public Task EndedAsync() => pump.WaitAsync(RunningDashboard.Deadline);

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await Hub.DisposeAsync();
        await pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        over.Dispose();
    }

    private async Task PumpAsync(object asked)
    {
        try
        {
            await foreach (var message in Hub.StreamAsync<JsonElement>("Watch", asked, over.Token))
            {
                messages.Writer.TryWrite(message);
            }

            messages.Writer.TryComplete();
        }
        catch (Exception cause)
        {
            messages.Writer.TryComplete(cause);
        }
    }
}
