using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dashboard.Kit;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Security;

/// <summary>
/// A circuit without a browser: speaks the protocol of <c>_blazor</c> by hand and says in it whatever a test likes, as a forger would. What the server draws is acknowledged
/// and what it asks of scripts is answered with nothing, so that it goes on drawing.
/// </summary>
internal sealed partial class Circuit : IAsyncDisposable
{
    private readonly HubConnection connection;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<CircuitAnswer>> asked = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock drawing = new();
    private readonly StringBuilder drawn = new();
    private int calls;
    private int batches;
    private long newest;
    private volatile bool acknowledges;

    private Circuit(HubConnection connection, bool acknowledges)
    {
        (this.connection, this.acknowledges) = (connection, acknowledges);
        connection.On<long, byte[]>("JS.RenderBatch", DrawnAsync);
        connection.On<long, string, string, int, long, int>("JS.BeginInvokeJS", ScriptAsync);
        connection.On<string, bool, string>("JS.EndInvokeDotNet", (call, done, said) => { Answer(call, new CircuitAnswer(done, said)); });
        connection.Closed += _ =>
        {
            cut.TrySetResult();
            return Task.CompletedTask;
        };
    }

    /// <summary>Whether the server has ended it.</summary>
    public bool IsCut => cut.Task.IsCompleted;

    /// <summary>How many batches of changes it was sent.</summary>
    public int Batches => Volatile.Read(ref batches);

    /// <summary>The object by which a browser tells of events: a number, counted from one.</summary>
    public long Events { get; private set; } = 1;

    /// <summary>Opens a page as a browser with this cookie would.</summary>
    /// <param name="dashboard">Of which dashboard.</param>
    /// <param name="cookie">Whose.</param>
    /// <param name="page">Which page.</param>
    /// <param name="markers">What the page says of its components; null to ask for the page with the same cookie.</param>
    /// <param name="acknowledges">False to say nothing of what it was sent, until <see cref="AcknowledgeAsync"/>.</param>
    public static async Task<Circuit> OpenAsync(RunningDashboard dashboard, string cookie, string page, IReadOnlyList<string>? markers = null, bool acknowledges = true)
    {
        markers ??= await MarkersAsync(dashboard, cookie, page);
        var circuit = new Circuit(Connection(dashboard, cookie), acknowledges);
        await circuit.connection.StartAsync(Stop);
        var secret = await circuit.connection.InvokeAsync<string?>("StartCircuit", dashboard.Url.AbsoluteUri, new Uri(dashboard.Url, page).AbsoluteUri, "[]", "", Stop);
        Assert.NotNull(secret);
        await circuit.SendAsync("UpdateRootComponents", Operations(markers), "");
        return circuit;
    }

    /// <summary>What a page says of its interactive components, sealed by the server.</summary>
    public static async Task<IReadOnlyList<string>> MarkersAsync(RunningDashboard dashboard, string cookie, string page)
    {
        using var browser = dashboard.NewClient();
        browser.DefaultRequestHeaders.Add("Cookie", cookie);
        return [.. Marker().Matches(await browser.GetStringAsync(new Uri(page, UriKind.Relative), Stop)).Select(match => match.Groups["marker"].Value).Where(marker => marker.Contains("\"descriptor\"", StringComparison.Ordinal))];
    }

    /// <summary>Waits until it has drawn a text.</summary>
    public async Task SeesAsync(string text)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        while (!Sees(text))
        {
            Assert.False(IsCut, $"It was cut before it drew '{text}'.");
            Assert.False(deadline.IsCancellationRequested, $"It never drew '{text}'.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether it has drawn a text.</summary>
    public bool Sees(string text)
    {
        lock (drawing)
        {
            return drawn.ToString().Contains(text, StringComparison.Ordinal);
        }
    }

    /// <summary>Acknowledges all it was sent, and from now on what it is sent.</summary>
    public Task AcknowledgeAsync()
    {
        acknowledges = true;
        return SendAsync("OnRenderCompleted", Volatile.Read(ref newest), null);
    }

    /// <summary>Tells of an event of whatever handler, as if there had been a button.</summary>
    public Task<CircuitAnswer> DispatchAsync(int handler, string name, string arguments = "{}") =>
        CallAsync(null, "DispatchEventAsync", Events, string.Create(CultureInfo.InvariantCulture, $$"""[{"eventHandlerId":{{handler}},"eventName":"{{name}}","eventFieldInfo":null},{{arguments}}]"""));

    /// <summary>Calls a method of .NET, or tries to; the answer once it has ended.</summary>
    public async Task<CircuitAnswer> CallAsync(string? assembly, string method, long target, string arguments)
    {
        var call = Interlocked.Increment(ref calls).ToString(CultureInfo.InvariantCulture);
        var answer = asked[call] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync("BeginInvokeDotNetFromJS", call, assembly, method, target, arguments);
        var first = await Task.WhenAny(answer.Task, cut.Task).WaitAsync(RunningDashboard.Deadline, Stop);
        return first == answer.Task ? await answer.Task : new CircuitAnswer(false, "cut");
    }

    /// <summary>Sends a message of its protocol; nothing when it is cut.</summary>
    public async Task SendAsync(string method, params object?[] arguments)
    {
        try
        {
            await connection.SendCoreAsync(method, arguments, Stop);
        }
        catch (Exception gone) when (gone is InvalidOperationException or IOException or System.Net.WebSockets.WebSocketException)
        {
            await cut.Task.WaitAsync(RunningDashboard.Deadline, Stop);
        }
    }

    /// <summary>Sends a message and waits for what the server answers; null when it refuses or ends it.</summary>
    public async Task<object?> AskAsync(string method, params object?[] arguments)
    {
        try
        {
            return await connection.InvokeCoreAsync(method, typeof(string), arguments, Stop);
        }
        catch (Exception refused) when (refused is Microsoft.AspNetCore.SignalR.HubException or InvalidOperationException or IOException or TaskCanceledException && !Stop.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Root components to be added, as a browser asks for them.</summary>
    public static string Operations(IReadOnlyList<string> markers) =>
        $$"""{"batchId":1,"operations":[{{string.Join(',', markers.Select((marker, at) => $$"""{"type":"add","ssrComponentId":{{at + 1}},"marker":{{marker}}}"""))}}]}""";

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static HubConnection Connection(RunningDashboard dashboard, string cookie)
    {
        var builder = new HubConnectionBuilder().WithUrl(new Uri(dashboard.Url, "/_blazor"), http =>
        {
            http.Transports = HttpTransportType.WebSockets;
            http.SkipNegotiation = true;
            http.Headers["Origin"] = $"http://{dashboard.Url.Authority}";
            http.Headers["Cookie"] = cookie;
        });

        // The server's own; it is not public, and no client of .NET has it.
        var protocol = typeof(CircuitOptions).Assembly.GetType("Microsoft.AspNetCore.Components.Server.BlazorPack.BlazorPackHubProtocol", throwOnError: true)!;
        builder.Services.AddSingleton((IHubProtocol)Activator.CreateInstance(protocol, nonPublic: true)!);
        return builder.Build();
    }

    private void Answer(string call, CircuitAnswer answer)
    {
        if (asked.TryRemove(call, out var waiting))
        {
            waiting.TrySetResult(answer);
        }
    }

    private Task DrawnAsync(long batch, byte[] edits)
    {
        lock (drawing)
        {
            drawn.Append(Encoding.UTF8.GetString(edits));
        }

        Volatile.Write(ref newest, batch);
        Interlocked.Increment(ref batches);
        return acknowledges ? SendAsync("OnRenderCompleted", batch, null) : Task.CompletedTask;
    }

    private Task ScriptAsync(long call, string name, string? arguments, int result, long target, int kind)
    {
        if (name.EndsWith("attachWebRendererInterop", StringComparison.Ordinal) && Reference().Match(arguments ?? "") is { Success: true } reference)
        {
            Events = long.Parse(reference.Groups["number"].Value, CultureInfo.InvariantCulture);
        }

        return SendAsync("EndInvokeJSFromDotNet", call, true, JsonSerializer.Serialize(new object?[] { call, true, null }));
    }

    [GeneratedRegex("<!--Blazor:(?<marker>\\{.*?\\})-->", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Marker();

    [GeneratedRegex("\"__dotNetObject\":(?<number>[0-9]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}

/// <summary>What a circuit said to a call.</summary>
/// <param name="Done">Whether it went through.</param>
/// <param name="Said">The result as JSON, or what was wrong.</param>
internal sealed record CircuitAnswer(bool Done, string? Said);
