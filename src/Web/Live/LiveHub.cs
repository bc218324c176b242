using System.Runtime.CompilerServices;
using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Web.Security;
using Dashboard.Web.Verdicts;
using Microsoft.AspNetCore.SignalR;

namespace Dashboard.Web.Live;

/// <summary>The standings of a source for other programs, as they change: see docs/live-hub.md.</summary>
internal sealed class LiveHub(SourceDirectory sources, LiveStream stream, SourceFeeds<VerdictSnapshot> verdicts, ApiKeyRing keys) : Hub
{
    private const string Watching = "watching";

    /// <summary>Everything once, then each difference, until the program ends it. A connection watches one source: a second watch ends the first.</summary>
    public async IAsyncEnumerable<LiveWire> Watch(WatchWire? watch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (sources.Find(watch?.Source) is not { } source)
        {
            throw new HubException($"There is no source named '{watch?.Source}'. Known: {string.Join(", ", sources.All.Select(known => known.Name))}.");
        }

        using var mine = new OneWatch(cancellationToken);
        Replace(mine);
        await foreach (var message in Until(stream.ReadAsync(source.Name, watch ?? new WatchWire(), mine.Resync, mine.Token), mine))
        {
            // A revoked key is told nothing more. Whose session ended is cut off by the watch over sessions.
            if (Context.User.KeyId() is { } key && !await keys.WorksAsync(key, cancellationToken))
            {
                Context.Abort();
                yield break;
            }

            yield return message;
        }
    }

    /// <summary>What is said of a source, whole: the newest at once and each newer one, until the program ends it. It goes on beside a watch.</summary>
    public async IAsyncEnumerable<SystemVerdictWire> Verdicts(string? source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (sources.Find(source) is not { } known)
        {
            throw new HubException($"There is no source named '{source}'. Known: {string.Join(", ", sources.All.Select(each => each.Name))}.");
        }

        await foreach (var said in verdicts.Of(known.Name).WatchAsync(cancellationToken))
        {
            if (Context.User.KeyId() is { } key && !await keys.WorksAsync(key, cancellationToken))
            {
                Context.Abort();
                yield break;
            }

            if (said.AsOf is not null)
            {
                yield return SystemVerdictWire.Of(said);
            }
        }
    }

    /// <summary>The next message of the watch is a snapshot.</summary>
    public void Resync()
    {
        lock (Context.Items)
        {
            if (Context.Items.TryGetValue(Watching, out var watch))
            {
                ((OneWatch)watch!).Resync.Set();
            }
        }
    }

    private void Replace(OneWatch mine)
    {
        OneWatch? before;
        lock (Context.Items)
        {
            before = Context.Items.TryGetValue(Watching, out var watch) ? (OneWatch?)watch : null;
            Context.Items[Watching] = mine;
        }

        before?.End();
    }

    // A watch that another one replaced ends as if it were finished; only the program's own end is an end for the stream.
    private static async IAsyncEnumerable<LiveWire> Until(IAsyncEnumerable<LiveWire> messages, OneWatch watch)
    {
        await using var each = messages.GetAsyncEnumerator();
        while (await NextAsync())
        {
            yield return each.Current;
        }

        async Task<bool> NextAsync()
        {
            try
            {
                return await each.MoveNextAsync();
            }
            catch (OperationCanceledException) when (watch.Token.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    private sealed class OneWatch(CancellationToken outer) : IDisposable
    {
        private readonly CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(outer);
        private readonly Lock gate = new();
        private bool disposed;

        public CancellationToken Token => end.Token;

        public ResyncWish Resync { get; } = new();

        public void End()
        {
            lock (gate)
            {
                if (!disposed)
                {
                    end.Cancel();
                }
            }
        }

        public void Dispose()
        {
            lock (gate)
            {
                disposed = true;
                end.Dispose();
            }
        }
    }
}
