using Dashboard.Core.Configuration.Generations;
using Dashboard.Core.Retries;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Trees;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Stores.DualWrites;

/// <summary>
/// Repairs saves that reached one store only, with the copier and by its rules: what the other store has is copied to where it is missing, nothing is overwritten. Any number of nodes may do so at
/// once: a thing is created once, and a row is settled as it was seen.
/// </summary>
public sealed partial class PartialSaveRepair(GenerationHolder<StoreTree> trees, PartialSaveLedger ledger, ICopyLedger copies, TimeProvider clock, ILogger<PartialSaveRepair> log) : BackgroundService
{
    private const int Page = 200;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MostForOne = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>Repairs what is due, once.</summary>
    /// <returns>How many were settled.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        // One tree for the whole page; a reload waits for a page at most.
        using var lease = trees.Take();
        var tree = lease.Value;
        if (tree.Leaves.Count < 2)
        {
            return 0;
        }

        var settled = 0;
        foreach (var open in await ledger.DueAsync([.. tree.Leaves.Select(leaf => leaf.Resource).Distinct()], Page, cancellationToken))
        {
            if (lease.Number != trees.Number)
            {
                break;
            }

            settled += await RepairAsync(tree, open, cancellationToken) ? 1 : 0;
        }

        return settled;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var away = false;
        try
        {
            while (true)
            {
                try
                {
                    while (await RunOnceAsync(stoppingToken) == Page)
                    {
                    }

                    await ledger.ForgetAsync(Remembered, stoppingToken);
                    away = false;
                }
                catch (Exception cause) when (!stoppingToken.IsCancellationRequested)
                {
                    if (!away)
                    {
                        LogAway(log, cause);
                        away = true;
                    }
                }

                await Task.Delay(Between, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task<bool> RepairAsync(StoreTree tree, OpenPartialSave open, CancellationToken cancellationToken)
    {
        var save = open.Save;
        var target = tree.Find(save.Missing)!;
        var why = $"No other store that is configured has crash {save.Id}.";
        foreach (var source in save.Has.Select(tree.Find).OfType<ICrashStore>().Where(store => store.Does(StoreCapabilities.GetRaw) && !ReferenceEquals(store, target)))
        {
            var (page, fault) = await TryCopyAsync(source, target, open, cancellationToken);
            if (page is null)
            {
                why = fault ?? why;
                continue;
            }

            if (page.Failures.FirstOrDefault(failure => failure.Outcome == CopyFailureKind.Conflict) is { } conflict)
            {
                LogConflict(log, save.Id.Value, conflict.Item.ToString(), save.Missing);
                await ledger.SettleAsync(open, PartialSaveState.Conflict, $"Its {conflict.Item} is something else there.", cancellationToken);
            }
            else
            {
                LogRepaired(log, save.Id.Value, save.Missing, source.Resource);
                await ledger.SettleAsync(open, PartialSaveState.Repaired, null, cancellationToken);
            }

            return true;
        }

        await ledger.PutOffAsync(open, why, cancellationToken);
        return false;
    }

    // Nothing when it could not be copied from there, with the reason when there was one.
    private async Task<(CopyPage? Page, string? Fault)> TryCopyAsync(ICrashStore source, ICrashStore target, OpenPartialSave open, CancellationToken cancellationToken)
    {
        // A store that waits for ever must not hold a tree for ever: the next try is soon enough.
        using var patience = new CancellationTokenSource(MostForOne, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var page = await new Copier(source, target, copies, new CopyPace(1, clock, SilentTelemetry.Instance), clock, "repair").CopyOneAsync(open.Save.Id, either.Token);
            return page.Failures.FirstOrDefault(failure => failure.Outcome == CopyFailureKind.Failed) is { } failed ? (null, failed.Error) : page.Created + page.Present + page.Failures.Count > 0 ? (page, null) : (null, null);
        }
        catch (Exception cause) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, patience.IsCancellationRequested ? $"Not done within {MostForOne.TotalSeconds:0} s." : cause.Message);
        }
    }

    [LoggerMessage(2123, LogLevel.Information, "Crash {CrashId} was missing in {Store} and was copied there from {From}")]
    private static partial void LogRepaired(ILogger log, string crashId, string store, string from);

    [LoggerMessage(2124, LogLevel.Warning, "The {Item} of crash {CrashId} did not reach {Store}, which has something else in its place: somebody has to look")]
    private static partial void LogConflict(ILogger log, string crashId, string item, string store);

    [LoggerMessage(2125, LogLevel.Warning, "Saves that reached one store only cannot be repaired at present; trying again")]
    private static partial void LogAway(ILogger log, Exception cause);
}
