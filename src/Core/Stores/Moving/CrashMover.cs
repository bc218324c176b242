using System.Runtime.CompilerServices;
using Dashboard.Core.Configuration.Generations;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Trees;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Stores.Moving;

/// <summary>
/// Moves new crashes from the source of the tree to its destination: Socorro's crash mover. A crash is answered for when the destination has it; one that could not be saved is handed out again
/// later by the source. Each round works with one generation of the tree from its first crash to its last, and ends as soon as there is a newer one.
/// </summary>
/// <remarks>The original answered for a crash whether it was saved or not, and saved an empty one when it could not be read.</remarks>
public sealed partial class CrashMover(GenerationHolder<StoreTree> trees, IOptionsMonitor<MoverOptions> options, TimeProvider clock, ILogger<CrashMover> log) : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private long moved;
    private long failed;

    /// <summary>How many were moved since the start.</summary>
    public long Moved => Interlocked.Read(ref moved);

    /// <summary>How many attempts failed since the start.</summary>
    public long Failed => Interlocked.Read(ref failed);

    /// <summary>Moves what waits now.</summary>
    /// <returns>How many crashes were handed out, and how many of those were not moved.</returns>
    public async Task<(int Taken, int Failed)> RunOnceAsync(CancellationToken cancellationToken)
    {
        using var lease = trees.Take();
        if (lease.Value is not { Source: { } source, Destination: { } destination })
        {
            return (0, 0);
        }

        var (taken, bad) = (0, 0);
        await Parallel.ForEachAsync(
            OfThisGenerationAsync(source, lease.Number, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = options.CurrentValue.Parallel, CancellationToken = cancellationToken },
            async (crash, token) =>
            {
                Interlocked.Increment(ref taken);
                if (!await MoveAsync(source, destination, crash, token))
                {
                    Interlocked.Increment(ref bad);
                }
            });
        return (taken, bad);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var pause = TimeSpan.FromSeconds(options.CurrentValue.IdleSeconds);
                try
                {
                    var (taken, bad) = await RunOnceAsync(stoppingToken);
                    pause = bad > 0 ? AfterFailure : taken > 0 ? TimeSpan.Zero : pause;
                }
                catch (Exception cause) when (!stoppingToken.IsCancellationRequested)
                {
                    LogUnread(log, cause);
                    pause = pause < AfterFailure ? AfterFailure : pause;
                }

                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, clock, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop: what was not answered for is handed out again.
        }
    }

    // Asked before one more is taken: what is taken and not moved waits for its time to be handed out again.
    private async IAsyncEnumerable<NewCrash> OfThisGenerationAsync(ICrashStore source, long generation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var crashes = source.NewCrashesAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (trees.Number == generation && await crashes.MoveNextAsync())
        {
            yield return crashes.Current;
        }
    }

    private async Task<bool> MoveAsync(ICrashStore source, ICrashStore destination, NewCrash crash, CancellationToken cancellationToken)
    {
        try
        {
            var raw = await source.GetRawCrashAsync(crash.Id, cancellationToken);
            var dumps = await source.GetRawDumpsAsync(crash.Id, cancellationToken);
            if (await ProcessedAsync(source, crash.Id, cancellationToken) is { } processed)
            {
                await destination.SaveRawAndProcessedAsync(raw, dumps, processed, crash.Id, cancellationToken);
            }
            else
            {
                await destination.SaveRawCrashAsync(raw, dumps, crash.Id, cancellationToken);
            }

            await source.AckCrashAsync(crash, cancellationToken);
            Interlocked.Increment(ref moved);
            return true;
        }
        catch (Exception cause) when (!cancellationToken.IsCancellationRequested)
        {
            Interlocked.Increment(ref failed);
            LogNotMoved(log, cause, crash.Id.Value);
            return false;
        }
    }

    private static async Task<ProcessedCrash?> ProcessedAsync(ICrashStore source, CrashId id, CancellationToken cancellationToken)
    {
        if (!source.Does(StoreCapabilities.GetProcessed))
        {
            return null;
        }

        try
        {
            return await source.GetUnredactedProcessedAsync(id, cancellationToken);
        }
        catch (CrashNotFoundException)
        {
            return null;
        }
    }

    [LoggerMessage(2126, LogLevel.Error, "Crash {CrashId} was not moved; the source hands it out again later")]
    private static partial void LogNotMoved(ILogger log, Exception cause, string crashId);

    [LoggerMessage(2127, LogLevel.Error, "New crashes cannot be asked for at present; trying again")]
    private static partial void LogUnread(ILogger log, Exception cause);
}
