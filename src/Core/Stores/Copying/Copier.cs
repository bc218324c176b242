using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Parity;

namespace Dashboard.Core.Stores.Copying;

/// <summary>
/// Copies crashes from one store to another while both are in use. A crash becomes visible in the target when all of it is there: its raw crash is created last. Nothing in the
/// target is overwritten, nothing in the source is ever removed. Any number of copiers share a copy; one that dies has at most a page of each part it was at done again, and each thing is counted once.
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
    /// <summary>How many crashes a page has: what of a part is done again at most when a copier dies.</summary>
    public const int Page = 500;

    // A part may be small, and ends with few crashes under way.
    private const int PartsAtOnce = 4;

    private readonly CopyGate gate = new(pace);
    private readonly CrashCopying crashes = new(source, target);

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
        var layout = source.Listing is { } listing ? await listing.LookAsync(cancellationToken) : ListedLayout.Unknown;
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, PartsAtOnce).Select(_ => PartsAsync(copy, layout, progress, failed)));
        await TryAgainAsync(copy, cancellationToken);
        return await ledger.ProgressAsync(copy, cancellationToken);
    }

    /// <summary>Copies what the source has of one crash and the target has not, outside of any copy: nothing is counted.</summary>
    public async Task<CopyPage> CopyOneAsync(CrashId id, CancellationToken cancellationToken) =>
        await CopyAsync([new CrashToCopy(id, await source.CatalogAsync(id, cancellationToken))], null, cancellationToken);

    // One that cannot go on ends the others: what it met they would meet too. While the last crashes of a part are under way the next part is leased and listed: parts that are copied side by side come
    // to their ends side by side, and little would be under way then.
    private async Task PartsAsync(long copy, ListedLayout layout, IProgress<CopyPage>? progress, CancellationTokenSource failed)
    {
        var newest = Task.CompletedTask;
        try
        {
            while (await ledger.LeaseAsync(copy, owner, Lease, failed.Token) is { } shard)
            {
                var underWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var before = newest;
                newest = CopyAsync(shard, layout, progress, underWay, failed.Token);
                await before;
                await underWay.Task;
                await (newest.IsCompleted ? newest : Task.CompletedTask);
            }

            await newest;
        }
        catch
        {
            await failed.CancelAsync();
            await newest.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    /// <param name="shard">The part.</param>
    /// <param name="layout">How the source lies.</param>
    /// <param name="progress">Told after each page.</param>
    /// <param name="underWay">Set when the last crash of it is under way, and at the latest when it is over.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task CopyAsync(CopyShard shard, ListedLayout layout, IProgress<CopyPage>? progress, TaskCompletionSource underWay, CancellationToken cancellationToken)
    {
        try
        {
            var page = new List<CrashToCopy>(Page);
            CopyShard? ours = shard;
            await foreach (var one in ListAsync(shard, layout, cancellationToken))
            {
                page.Add(one);
                if (page.Count == Page)
                {
                    ours = await CheckAsync(ours, page, null, progress, cancellationToken);
                    page.Clear();
                    if (ours is null)
                    {
                        return;
                    }
                }
            }

            await CheckAsync(ours, page, underWay, progress, cancellationToken);
        }
        finally
        {
            underWay.TrySetResult();
        }
    }

    // What a crash is made of is seen when it is read; a store that lists ids alone need not be asked for it twice.
    private IAsyncEnumerable<CrashToCopy> ListAsync(CopyShard shard, ListedLayout layout, CancellationToken cancellationToken) => source.Listing is { } listing
        ? listing.ListIdsAsync(layout, shard.Day, shard.Salt, shard.LastId, cancellationToken).Select(id => new CrashToCopy(id, null))
        : source.EnumerateAsync(shard.Day, shard.Salt, shard.LastId, cancellationToken).Select(catalog => new CrashToCopy(catalog.Id, catalog));

    // Only of the last page somebody wants to know when all of it is under way.
    private async Task<CopyShard?> CheckAsync(CopyShard shard, List<CrashToCopy> page, TaskCompletionSource? underWay, IProgress<CopyPage>? progress, CancellationToken cancellationToken)
    {
        var done = await KeepingAsync(shard, CopyAsync(page, underWay, cancellationToken), cancellationToken);
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

    private async Task<CopyPage> CopyAsync(List<CrashToCopy> page, TaskCompletionSource? underWay, CancellationToken cancellationToken)
    {
        var running = new List<Task<CopiedCrash>>(page.Count);
        try
        {
            foreach (var crash in page)
            {
                await gate.EnterAsync(cancellationToken);
                running.Add(CopyAndLeaveAsync(crash, cancellationToken));
            }

            underWay?.TrySetResult();
        }
        catch
        {
            // Nobody may still be at work when the stores are closed.
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        var done = await Task.WhenAll(running);
        return new CopyPage(
            page.Count > 0 ? page[^1].Id : null, page.Count, done.Sum(one => one.Created), done.Sum(one => one.Present), done.Sum(one => one.Bytes), [.. done.SelectMany(one => one.Failures)], IsLast: underWay is not null);
    }

    private async Task<CopiedCrash> CopyAndLeaveAsync(CrashToCopy crash, CancellationToken cancellationToken)
    {
        try
        {
            var copied = await crashes.CopyAsync(crash, cancellationToken);
            pace.GotThrough();
            return copied;
        }
        finally
        {
            gate.Leave();
        }
    }

    private async Task TryAgainAsync(long copyId, CancellationToken cancellationToken)
    {
        CrashId? last = null;
        while (await ledger.FailedAsync(copyId, last, Page, cancellationToken) is { Count: > 0 } failed)
        {
            foreach (var id in failed)
            {
                // What was copied before is there already; only what is created now is counted.
                var page = await CopyAsync([new CrashToCopy(id, await source.CatalogAsync(id, cancellationToken))], null, cancellationToken);
                await ledger.ReplaceFailuresAsync(copyId, id, page, cancellationToken);
                last = id;
            }
        }
    }
}
