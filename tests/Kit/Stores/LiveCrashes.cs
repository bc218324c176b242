using System.Collections.Concurrent;
using System.Globalization;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Files;

namespace Dashboard.Kit.Stores;

/// <summary>A collector that does not stop: saves a crash into a queue every few milliseconds, and remembers each.</summary>
public sealed class LiveCrashes : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentQueue<CrashId> saved = new();
    private readonly CancellationTokenSource over = new();
    private readonly DatedFileStore queue;
    private readonly Task saving;

    private LiveCrashes(string folder)
    {
        queue = new DatedFileStore("live", new FileTree(folder), StoreContext.Silent);
        saving = Task.Run(SaveAsync);
    }

    /// <summary>What was saved so far.</summary>
    public IReadOnlyList<CrashId> Saved => [.. saved];

    /// <summary>Begins.</summary>
    public static LiveCrashes Begin(string folder) => new(folder);

    /// <summary>Stops; what was saved is known then.</summary>
    public async Task EndAsync()
    {
        await over.CancelAsync();
        await saving;
    }

    /// <summary>The raw crash of an id: it can be told from its id alone what must be in every store.</summary>
    public static RawCrash RawOf(CrashId id) => RawCrash.Parse($$"""{"ProductName": "Firefox", "uuid": "{{id}}"}""");

    /// <summary>Its dumps.</summary>
    public static Dumps DumpsOf(CrashId id) => new([
        KeyValuePair.Create("upload_file_minidump", Dump.Of(System.Text.Encoding.ASCII.GetBytes($"MDMP {id}"))),
        KeyValuePair.Create("upload_file_minidump_flash1", Dump.Of(System.Text.Encoding.ASCII.GetBytes($"MDMP of flash {id}"))),
    ]);

    /// <summary>Its processed crash.</summary>
    public static ProcessedCrash ProcessedOf(CrashId id) => ProcessedCrash.Parse($$"""{"uuid": "{{id}}", "signature": "js::Something{{id.Value[..4]}}"}""");

    /// <summary>How many things such a crash is.</summary>
    public static int Things => 5;

    /// <summary>What of a crash a store does not keep as it was saved; null when all is there.</summary>
    public static async Task<string?> LackAsync(ICrashStore store, CrashId id, CancellationToken cancellationToken)
    {
        try
        {
            if (!(await store.GetRawCrashAsync(id, cancellationToken)).Utf8.Span.SequenceEqual(RawOf(id).Utf8.Span))
            {
                return "another raw crash";
            }

            if (!(await store.GetUnredactedProcessedAsync(id, cancellationToken)).Utf8.Span.SequenceEqual(ProcessedOf(id).Utf8.Span))
            {
                return "another processed crash";
            }

            var kept = await store.GetRawDumpsAsync(id, cancellationToken);
            foreach (var (name, dump) in DumpsOf(id))
            {
                var saved = await dump.BytesAsync(cancellationToken);
                var there = kept.TryGetValue(name, out var found) ? await found.BytesAsync(cancellationToken) : default;
                if (!there.Span.SequenceEqual(saved.Span))
                {
                    return string.Create(CultureInfo.InvariantCulture, $"another dump {name}");
                }
            }

            return null;
        }
        catch (CrashNotFoundException cause)
        {
            return cause.Message;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        over.Dispose();
        await queue.DisposeAsync();
    }

    private async Task SaveAsync()
    {
        while (!over.IsCancellationRequested)
        {
            var id = CrashId.New(DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
            await queue.SaveRawAndProcessedAsync(RawOf(id), DumpsOf(id), ProcessedOf(id), id, CancellationToken.None);
            saved.Enqueue(id);
            await Task.Delay(Pause, TimeProvider.System, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
