using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Parity;

namespace Dashboard.Core.Stores.Copying;

/// <summary>
/// Copies crashes from one store to another while both are in use. A crash becomes visible in the target when all of it is there: its raw crash is created last. Nothing in the
/// target is overwritten, nothing in the source is ever removed. Any number of copiers share a copy; one that dies has at most a page done again, and each thing is counted once.
/// </summary>
/// <remarks>The original read what failed to be read as an empty crash, saved that, and removed the source.</remarks>
/// <param name="source">From where; it must list what it keeps.</param>
/// <param name="target">To where.</param>
/// <param name="ledger">Keeps how far it is.</param>
/// <param name="pace">How many crashes at once.</param>
/// <param name="clock">By which it keeps what it works on.</param>
/// <param name="owner">Who copies, as people know it.</param>
public sealed class Copier(ICrashStore source, ICrashStore target, ICopyLedger ledger, CopyPace pace, TimeProvider clock, string owner)
{
    /// <summary>How many crashes a page has: what is done again at most when a copier dies.</summary>
    public const int Page = 500;

    private const int LongestError = 1_000;

    /// <summary>For how long a part is nobody else's after a page.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <summary>Copies whatever nobody else is copying, then tries again what failed, once.</summary>
    /// <param name="plan">What.</param>
    /// <param name="progress">Told after each page; null for nobody.</param>
    /// <param name="cancellationToken">Ends it; what is done stays done.</param>
    /// <returns>How far the copy is; others may still be at work on it.</returns>
    /// <exception cref="NotSupportedException">The source cannot list what it keeps.</exception>
    public async Task<CopyProgress> RunAsync(CopyPlan plan, IProgress<CopyPage>? progress, CancellationToken cancellationToken)
    {
        if (!source.Does(StoreCapabilities.Enumerate))
        {
            throw new NotSupportedException($"{source.Name} cannot list what it keeps.");
        }

        var copy = await ledger.BeginAsync(plan, cancellationToken);
        while (await ledger.LeaseAsync(copy, owner, Lease, cancellationToken) is { } shard)
        {
            await CopyAsync(shard, progress, cancellationToken);
        }

        await TryAgainAsync(copy, cancellationToken);
        return await ledger.ProgressAsync(copy, cancellationToken);
    }

    /// <summary>Copies what the source has of one crash and the target has not, outside of any copy: nothing is counted.</summary>
    public async Task<CopyPage> CopyOneAsync(CrashId id, CancellationToken cancellationToken) =>
        await CopyAsync([await source.CatalogAsync(id, cancellationToken)], isLast: false, cancellationToken);

    private async Task CopyAsync(CopyShard shard, IProgress<CopyPage>? progress, CancellationToken cancellationToken)
    {
        var page = new List<CrashCatalog>(Page);
        CopyShard? ours = shard;
        await foreach (var catalog in source.EnumerateAsync(shard.Day, shard.Salt, shard.LastId, cancellationToken))
        {
            page.Add(catalog);
            if (page.Count == Page)
            {
                ours = await CheckAsync(ours, page, isLast: false, progress, cancellationToken);
                page.Clear();
                if (ours is null)
                {
                    return;
                }
            }
        }

        await CheckAsync(ours, page, isLast: true, progress, cancellationToken);
    }

    private async Task<CopyShard?> CheckAsync(CopyShard shard, List<CrashCatalog> catalogs, bool isLast, IProgress<CopyPage>? progress, CancellationToken cancellationToken)
    {
        var done = await KeepingAsync(shard, CopyAsync(catalogs, isLast, cancellationToken), cancellationToken);
        var ours = await ledger.CheckpointAsync(shard, done, Lease, cancellationToken);
        if (ours is not null)
        {
            progress?.Report(done);
        }

        return ours;
    }

    // A store that is away may hold a page up for longer than a lease is.
    private async Task<CopyPage> KeepingAsync(CopyShard shard, Task<CopyPage> copying, CancellationToken cancellationToken)
    {
        while (!copying.IsCompleted)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var pause = Task.Delay(Lease / 3, clock, enough.Token);
            if (await Task.WhenAny(copying, pause) == pause && !cancellationToken.IsCancellationRequested)
            {
                await ledger.RenewAsync(shard, Lease, cancellationToken);
            }

            await enough.CancelAsync();
        }

        return await copying;
    }

    private async Task<CopyPage> CopyAsync(List<CrashCatalog> catalogs, bool isLast, CancellationToken cancellationToken)
    {
        var (done, running) = (new List<CrashCopy>(catalogs.Count), new List<Task<CrashCopy>>());
        try
        {
            foreach (var catalog in catalogs)
            {
                while (running.Count >= pace.Now)
                {
                    var first = await Task.WhenAny(running);
                    running.Remove(first);
                    done.Add(await first);
                }

                running.Add(CopyAsync(catalog, cancellationToken));
            }
        }
        catch
        {
            // Nobody may still be at work when the stores are closed.
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        done.AddRange(await Task.WhenAll(running));
        return new CopyPage(
            catalogs.Count > 0 ? catalogs[^1].Id : null, catalogs.Count, done.Sum(one => one.Created), done.Sum(one => one.Present), done.Sum(one => one.Bytes), [.. done.SelectMany(one => one.Failures)], isLast);
    }

    // In the order of things, the raw crash behind its dumps; when one of those could not be copied it is not begun.
    private async Task<CrashCopy> CopyAsync(CrashCatalog catalog, CancellationToken cancellationToken)
    {
        var copy = new CrashCopy();
        foreach (var item in catalog.Entries.Select(entry => entry.Item).Order())
        {
            if (item == CrashItem.Raw && copy.Failures.Exists(failure => failure.Outcome == CopyFailureKind.Failed))
            {
                copy.Failures.Add(new CopyFailure(catalog.Id, item, CopyFailureKind.Failed, "What belongs to it is not copied yet."));
                continue;
            }

            try
            {
                var content = await source.ReadItemAsync(catalog.Id, item, cancellationToken);
                if (item == CrashItem.DumpNames)
                {
                    copy.Failures.AddRange(from name in DumpNames.Read(content.Span) where !catalog.Has(CrashItem.Dump(name)) select new CopyFailure(catalog.Id, CrashItem.Dump(name), CopyFailureKind.Torn, null));
                }

                switch (await target.CreateItemAsync(catalog.Id, item, content, cancellationToken))
                {
                    case CreateOutcome.Created:
                        copy.Created++;
                        copy.Bytes += content.Length;
                        break;
                    case CreateOutcome.Same:
                        copy.Present++;
                        break;
                    default:
                        // Lists of names, and JSON, are written in more than one way.
                        if (item.Kind != CrashItemKind.Dump && await target.ReadItemAsync(catalog.Id, item, cancellationToken) is var there && ParityRule.SaysTheSame(item, content.Span, there.Span))
                        {
                            copy.Present++;
                        }
                        else
                        {
                            copy.Failures.Add(new CopyFailure(catalog.Id, item, CopyFailureKind.Conflict, null));
                        }

                        break;
                }
            }
            catch (Exception cause) when (!cancellationToken.IsCancellationRequested && cause is not StoreMisconfiguredException)
            {
                var words = $"{cause.GetType().Name}: {cause.Message}";
                copy.Failures.Add(new CopyFailure(catalog.Id, item, CopyFailureKind.Failed, words.Length > LongestError ? words[..LongestError] : words));
            }
        }

        return copy;
    }

    private async Task TryAgainAsync(long copyId, CancellationToken cancellationToken)
    {
        CrashId? last = null;
        while (await ledger.FailedAsync(copyId, last, Page, cancellationToken) is { Count: > 0 } failed)
        {
            foreach (var id in failed)
            {
                // What was copied before is there already; only what is created now is counted.
                var page = await CopyAsync([await source.CatalogAsync(id, cancellationToken)], isLast: false, cancellationToken);
                await ledger.ReplaceFailuresAsync(copyId, id, page, cancellationToken);
                last = id;
            }
        }
    }

    private sealed class CrashCopy
    {
        public long Created { get; set; }

        public long Present { get; set; }

        public long Bytes { get; set; }

        public List<CopyFailure> Failures { get; } = [];
    }
}
