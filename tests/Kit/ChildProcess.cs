using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Dashboard.Kit;

/// <summary>A program beside a test or bench, with what it said; stopped as Ctrl-C would stop it.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private readonly ConcurrentQueue<string> lines = new();

    private ChildProcess(Process process)
    {
        Process = process;
    }

    /// <summary>The process.</summary>
    public Process Process { get; }

    /// <summary>All it said so far.</summary>
    public string Words => string.Join('\n', lines);

    /// <summary>Starts a program; a null in <paramref name="environment"/> takes a variable away.</summary>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start."));
        child.Process.OutputDataReceived += (_, line) => child.Heard(line.Data);
        child.Process.ErrorDataReceived += (_, line) => child.Heard(line.Data);
        child.Process.BeginOutputReadLine();
        child.Process.BeginErrorReadLine();
        return child;
    }

    /// <summary>The first thing it says that matches, from its start.</summary>
    public async Task<Match> SaysAsync(Regex pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            foreach (var line in lines)
            {
                if (pattern.Match(line) is { Success: true } match)
                {
                    return match;
                }
            }

            if (Process.HasExited || deadline.IsCancellationRequested)
            {
                throw new InvalidOperationException($"Waited for {pattern} in vain. It said:\n{Words}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <exception cref="InvalidOperationException">It did not end well.</exception>
    public async Task EndsWellAsync()
    {
        await Process.WaitForExitAsync();
        if (Process.ExitCode != 0)
        {
            throw new InvalidOperationException($"It ended with {Process.ExitCode}:\n{Words}");
        }
    }

    /// <summary>Sends it a signal: INT is Ctrl-C, KILL cannot be answered.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            await SignalAsync("INT");
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await Process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!Process.HasExited)
            {
                Process.Kill(entireProcessTree: true);
            }
        }

        Process.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }
}
