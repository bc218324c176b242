using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Dashboard.Core.Ledger;

/// <summary>Keeps the newest of the ledger for pages and programs: read after what this node wrote, and every few seconds for what others did.</summary>
public sealed class LedgerMonitor(LedgerQueries queries, SourceDirectory sources, SourceFeeds<LedgerSnapshot> feeds, Feed<LedgerTotals> totals, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);
    private readonly Wakes wakes = new();
    private readonly Dictionary<string, string> read = new(StringComparer.Ordinal);

    /// <summary>A new object each time people said something, on this node or another.</summary>
    public Feed<object> Changed { get; } = new(new object());

    /// <summary>Something was written: read it soon.</summary>
    public void Wake() => wakes.Wake();

    /// <summary>People said something: read it soon, and judge by it whether to send.</summary>
    public void Said()
    {
        Changed.Publish(new object());
        wakes.Wake();
    }

    /// <summary>Reads one source now.</summary>
    public async Task LookAsync(string source, CancellationToken cancellationToken)
    {
        try
        {
            var next = await queries.OfAsync(source, cancellationToken);
            var text = LedgerJson.Text(next);
            lock (read)
            {
                if (read.GetValueOrDefault(source) == text)
                {
                    return;
                }

                read[source] = text;
            }

            feeds.Of(source).Publish(next);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            // The last answer stays until the own database is back.
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(TickAsync(stoppingToken), ReadAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        wakes.Wake();
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            wakes.Wake();
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in wakes.AllAsync(cancellationToken))
        {
            foreach (var source in sources.All)
            {
                await LookAsync(source.Name, cancellationToken);
            }

            try
            {
                totals.Publish(await queries.TotalsAsync(cancellationToken));
            }
            catch (Exception cause) when (cause is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                // As above.
            }
        }
    }
}
