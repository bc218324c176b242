using System.Net.Sockets;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Dashboard.Core.Runner;

/// <summary>
/// Keeps who makes the ticks of each source. Where this program's own runner does, the records of its locks are read with every change of its ticks and every
/// few seconds, for a process that dies tells nobody.
/// </summary>
internal sealed class TickRunnerMonitor(SourceDirectory directory, Feed<RetriesSnapshot> retries, SourceFeeds<TickRunner> runners, LockQueries queries, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Silence = new RunnerOptions().Silence;

    /// <summary>Asks once for every source.</summary>
    public async Task OnceAsync(CancellationToken cancellationToken)
    {
        var heard = retries.Newest;
        if (heard.StaleSince is not null)
        {
            // What was known is the best answer while the own records are away.
            return;
        }

        foreach (var source in directory.All)
        {
            var ticks = heard.Ticks.GetValueOrDefault(source.Name, []);
            var feed = runners.Of(source.Name);
            var locks = ticks.Any(tick => tick.Runner == TickRunnerRule.Own) ? await queries.AllAsync(source.Name, cancellationToken) : [];
            var next = TickRunnerRule.Ask(ticks, locks, ProcessIdentity.IsAlive, Silence, clock.GetUtcNow());
            feed.Publish(next == feed.Newest ? feed.Newest : next);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wakes = new Wakes();
        try
        {
            await Task.WhenAll(wakes.WithAsync(retries, stoppingToken), EveryAsync(wakes, stoppingToken), AskAsync(wakes, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    private async Task EveryAsync(Wakes wakes, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Look, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            wakes.Wake();
        }
    }

    private async Task AskAsync(Wakes wakes, CancellationToken cancellationToken)
    {
        await foreach (var _ in wakes.AllAsync(cancellationToken))
        {
            try
            {
                await OnceAsync(cancellationToken);
            }
            catch (Exception cause) when (cause is NpgsqlException or TimeoutException or SocketException)
            {
                // The own database is away, which its own watch tells.
            }
        }
    }
}
