using System.Text.Json;
using Dashboard.Core.Configuration.Generations;
using Dashboard.Core.Configuration.Reload;
using Dashboard.Core.Feeds;
using Dashboard.Core.Stores.DualWrites;
using Dashboard.Core.Stores.Moving;
using Dashboard.Core.Stores.Trees;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Stores.CutOver;

/// <summary>Writes down which stores this dashboard has and how they are called, and keeps what is known of moves fresh.</summary>
internal sealed partial class MovesMonitor(
    GenerationHolder<StoreTree> trees,
    StoreUses uses,
    MoveLedger ledger,
    CutOverQueries queries,
    PartialSaveKeeper keeper,
    CrashMover mover,
    Feed<ConfigurationSnapshot> configuration,
    IOptionsMonitor<CutOverOptions> options,
    Feed<MovesSnapshot> feed,
    TimeProvider clock,
    ILogger<MovesMonitor> log) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);
    private static readonly string Node = $"{Environment.MachineName}/{Environment.ProcessId}";
    private long written;
    private string published = "";

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var local = Local(feed.Newest);
                try
                {
                    await WriteAsync(stoppingToken);
                    var (moves, partial, _) = await queries.AllAsync(options.CurrentValue, stoppingToken);
                    var now = clock.GetUtcNow();
                    Publish(local with
                    {
                        Partial = partial,
                        Moves = [.. moves.Select(facts => new Move(facts.Old, facts.New, CutOverRule.Lines(facts, options.CurrentValue, now), CutOverRule.Silence(facts, options.CurrentValue, now)))],
                        StaleSince = null,
                    });
                }
                catch (Exception cause) when (!stoppingToken.IsCancellationRequested)
                {
                    if (feed.Newest.StaleSince is null)
                    {
                        LogAway(log, cause);
                    }

                    Publish(local with { StaleSince = feed.Newest.StaleSince ?? clock.GetUtcNow() });
                }

                await Task.Delay(Between, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private MovesSnapshot Local(MovesSnapshot before)
    {
        using var lease = trees.Take();
        return before with { Tree = lease.Value.Shape, Generation = lease.Number, Moved = mover.Moved, NotMoved = mover.Failed, Unwritten = keeper.Waiting, Lost = keeper.Lost };
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        using var lease = trees.Take();
        var tree = lease.Value;

        // Who has no stores has nothing to say of them: another dashboard on the same records may have.
        if (written != lease.Number && (tree.Leaves.Count > 0 || written > 0))
        {
            await ledger.AcceptAsync(Node, lease.Number == 1 ? "start" : configuration.Newest.Last?.Who ?? "reload", tree, cancellationToken);
            written = lease.Number;
        }

        var used = uses.All.Select(use => (Use: use, Taken: use.Take())).Where(each => each.Taken.Reads + each.Taken.Writes > 0).ToList();
        try
        {
            await ledger.UseAsync(Node, tree.Leaves, [.. used.Select(each => each.Taken)], cancellationToken);
        }
        catch
        {
            used.ForEach(each => each.Use.GiveBack(each.Taken));
            throw;
        }
    }

    // Nobody is woken by what they have seen already.
    private void Publish(MovesSnapshot next)
    {
        var shown = JsonSerializer.Serialize(next);
        if (shown != published)
        {
            published = shown;
            feed.Publish(next);
        }
    }

    [LoggerMessage(2128, LogLevel.Warning, "What is known of moves between crash stores can be neither written nor read at present; trying again")]
    private static partial void LogAway(ILogger log, Exception cause);
}
