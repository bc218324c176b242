using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Dashboard.Core.Database.Embedded;

/// <summary>One running server as a child of this process: it stops when we stop, also when we are killed.</summary>
public sealed class PostgresProcess : IAsyncDisposable
{
    private const int Interrupt = 2;
    private const int Quit = 3;
    private const int KeptLines = 40;
    private readonly TaskCompletionSource exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> lastWords = new();
    private readonly Action<string>? hear;

    private PostgresProcess(Action<string>? hear) => this.hear = hear;

    /// <summary>The main process.</summary>
    public Process Process { get; private set; } = null!;

    /// <summary>Done when the main process is gone, for whatever reason.</summary>
    public Task Exited => exited.Task;

    /// <summary>The last lines it wrote.</summary>
    public string LastWords
    {
        get
        {
            lock (lastWords)
            {
                return string.Join('\n', lastWords);
            }
        }
    }

    /// <summary>Starts a server on a cluster; it is not yet ready for connections.</summary>
    /// <param name="account">Who it runs as.</param>
    /// <param name="binaries">Its programs.</param>
    /// <param name="cluster">Its data.</param>
    /// <param name="settings">What to set besides its own files.</param>
    /// <param name="hear">Given each line it writes.</param>
    public static async Task<PostgresProcess> StartAsync(
        ServerAccount account, PostgresBinaries binaries, string cluster, IEnumerable<KeyValuePair<string, string>> settings, Action<string>? hear = null)
    {
        var start = account.Command(binaries.Postgres, ["-D", cluster, .. settings.SelectMany(setting => (string[])["-c", $"{setting.Key}={setting.Value}"])], ourChild: true);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var server = new PostgresProcess(hear);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // "Tell me when my parent dies" means the thread that started it, and threads of the pool come and go:
        // the server gets a thread of its own that lives as long as it does.
        new Thread(() => server.Keep(start, started)) { IsBackground = true, Name = "PostgreSQL" }.Start();
        await started.Task;
        return server;
    }

    /// <summary>Stops it: clients are disconnected, everything is written.</summary>
    public async Task StopAsync()
    {
        Signal(Interrupt);
        try
        {
            await Exited.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        }
        catch (TimeoutException)
        {
            // Nothing is lost: it replays its log at the next start.
            Signal(Quit);
            await Exited;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Process.Dispose();
    }

    /// <summary>Asks a server that is not our child to stop as <see cref="StopAsync"/> does.</summary>
    internal static void AskToStop(int processId) => _ = Kill(processId, Interrupt);

    private void Signal(int signal)
    {
        if (!Exited.IsCompleted)
        {
            _ = Kill(Process.Id, signal);
        }
    }

    private void Keep(ProcessStartInfo start, TaskCompletionSource started)
    {
        try
        {
            Process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
            Process.OutputDataReceived += (_, line) => Hear(line.Data);
            Process.ErrorDataReceived += (_, line) => Hear(line.Data);
            Process.StandardInput.Close();
            Process.BeginOutputReadLine();
            Process.BeginErrorReadLine();
            started.SetResult();
        }
        catch (Exception cause)
        {
            started.SetException(cause);
            return;
        }

        // Without a limit it would also wait for the pipes, which orphaned sessions of a killed server hold open.
        while (!Process.WaitForExit(int.MaxValue))
        {
        }

        exited.SetResult();
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (lastWords)
        {
            lastWords.Enqueue(line);
            if (lastWords.Count > KeptLines)
            {
                lastWords.Dequeue();
            }
        }

        hear?.Invoke(line);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
