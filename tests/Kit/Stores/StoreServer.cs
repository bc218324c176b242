using System.Diagnostics;
using System.Globalization;

namespace Dashboard.Kit.Stores;

/// <summary>A real server behind a script of this folder, in a folder of its own, gone with its owner.</summary>
public abstract class StoreServer : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private readonly string script;
    private int over;

    private protected StoreServer(string script)
    {
        this.script = Path.Combine(AppContext.BaseDirectory, "Stores", script);
        Folder = Directory.CreateTempSubdirectory($"dashboard-test-{script}-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(20));
    }

    /// <summary>Where it keeps everything.</summary>
    public string Folder { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref over, 1) == 0)
        {
            await ScriptAsync(["down", Folder]);
            Directory.Delete(Folder, recursive: true);
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Sends one of its processes a signal: STOP makes it hang, CONT go on, KILL ends it.</summary>
    /// <param name="name">Which: the name of its file of the number, as <c>osd</c>.</param>
    /// <param name="signal">Which signal.</param>
    public Task SignalAsync(string name, string signal) => SignalAsync(Folder, name, signal);

    /// <summary>The same to a server that somebody else started in a folder.</summary>
    public static async Task SignalAsync(string folder, string name, string signal)
    {
        var number = (await File.ReadAllTextAsync(Path.Combine(folder, $"{name}.pid"))).Trim();
        using var kill = Process.Start("kill", [$"-{signal}", number]);
        await kill.WaitForExitAsync();
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException($"{name} could not be sent {signal}.");
        }
    }

    /// <summary>Runs the script.</summary>
    /// <returns>What it said.</returns>
    private protected async Task<string> ScriptAsync(IEnumerable<string> arguments)
    {
        // The servers it leaves behind keep its output open, so it goes into a file.
        var said = Path.Combine(Path.GetTempPath(), $"dashboard-test-said-{Guid.NewGuid():N}");
        var start = new ProcessStartInfo("setsid", ["bash", "-c", "exec \"$@\" >\"$0\" 2>&1", said, "bash", script, .. arguments]);
        using var run = Process.Start(start) ?? throw new InvalidOperationException("setsid did not start.");
        using var patience = new CancellationTokenSource(Deadline);
        try
        {
            await run.WaitForExitAsync(patience.Token);
            var words = File.Exists(said) ? await File.ReadAllTextAsync(said, CancellationToken.None) : "";
            return run.ExitCode == 0 ? words : throw new InvalidOperationException($"{Path.GetFileName(script)} ended with {run.ExitCode}: {words}");
        }
        catch (OperationCanceledException cause)
        {
            run.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{Path.GetFileName(script)} did not end: {await File.ReadAllTextAsync(said, CancellationToken.None)}", cause);
        }
        finally
        {
            File.Delete(said);
        }
    }

    private protected static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A real Ceph cluster of one with its gateway that speaks S3: processes <c>mon</c>, <c>osd</c>, <c>radosgw</c>.</summary>
public sealed class CephCluster : StoreServer
{
    private CephCluster()
        : base("ceph")
    {
    }

    /// <summary>Where its gateway listens.</summary>
    public Uri Endpoint { get; private set; } = new("http://127.0.0.1");

    /// <summary>Who may ask.</summary>
    public static string AccessKey => "crashes";

    /// <summary>The secret of who may ask.</summary>
    public static string SecretKey => "only-for-tests";

    /// <summary>Starts one.</summary>
    public static async Task<CephCluster> StartAsync()
    {
        var cluster = new CephCluster();
        try
        {
            // The daemon of the objects takes four ports of its own.
            var first = FreePorts.Take(6);
            await cluster.ScriptAsync(["up", cluster.Folder, Text(first), Text(first + 1), Text(first + 2)]);
            cluster.Endpoint = new Uri($"http://127.0.0.1:{first}");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }
}

/// <summary>A real RabbitMQ: process <c>server</c>.</summary>
public sealed class RabbitServer : StoreServer
{
    private RabbitServer()
        : base("rabbitmq")
    {
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; private set; }

    /// <summary>Starts one.</summary>
    public static async Task<RabbitServer> StartAsync()
    {
        var server = new RabbitServer();
        try
        {
            server.Port = FreePorts.Take(3);
            await server.ScriptAsync(["up", server.Folder, Text(server.Port)]);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs <c>rabbitmqctl</c> on it.</summary>
    /// <returns>What it said.</returns>
    public Task<string> ControlAsync(params IEnumerable<string> arguments) => ScriptAsync(["ctl", Folder, .. arguments]);
}
