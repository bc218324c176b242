using Dashboard.Core.Database;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Store;
using Dashboard.Core.Stores.Health;
using Npgsql;

namespace Dashboard.Web.Commands;

/// <summary>Brings what a command asks of crash stores, and what its executors tell, into the dashboard's own records while it is at work, so that a page shows what waits in it.</summary>
internal sealed class StoreTelling : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private readonly ServiceProvider services;
    private readonly IStoreMinutes minutes;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource over = new();
    private readonly Task bringing;

    private StoreTelling(ServiceProvider services, IStoreMinutes minutes, TimeProvider clock)
    {
        this.services = services;
        this.minutes = minutes;
        this.clock = clock;
        Meter = new StoreMeter(clock);
        Retries = services.GetRequiredService<IRetryTelemetry>();
        bringing = BringAsync();
    }

    /// <summary>Counts what is asked of stores.</summary>
    public StoreMeter Meter { get; }

    /// <summary>Where executors tell.</summary>
    public IRetryTelemetry Retries { get; }

    /// <summary>Begins.</summary>
    public static async Task<StoreTelling> BeginAsync(IConfiguration configuration, OwnDatabase own, TimeProvider clock, CancellationToken cancellationToken)
    {
        var services = new ServiceCollection().AddSingleton(configuration).AddSingleton(own).AddSingleton(clock).AddLogging().AddRetryStore().AddRetryTelemetry().BuildServiceProvider();
        foreach (var duty in services.GetServices<IHostedService>())
        {
            await duty.StartAsync(cancellationToken);
        }

        return new StoreTelling(services, new StoreMinutes(own), clock);
    }

    /// <summary>What was counted last still goes, if it goes soon.</summary>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await bringing;
        using var soon = new CancellationTokenSource(Farewell, clock);
        await KeepAsync(soon.Token);
        foreach (var duty in services.GetServices<IHostedService>())
        {
            await duty.StopAsync(CancellationToken.None);
        }

        await services.DisposeAsync();
        over.Dispose();
    }

    private async Task BringAsync()
    {
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(Between, clock, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!over.IsCancellationRequested)
            {
                await KeepAsync(over.Token);
            }
        }
    }

    // A copy does not end because nobody counts it: what cannot be kept waits, within bounds.
    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        var taken = Meter.Take();
        try
        {
            await minutes.KeepAsync(taken, cancellationToken);
        }
        catch (Exception cause) when (cause is NpgsqlException or OperationCanceledException or IOException or TimeoutException)
        {
            Meter.GiveBack(taken);
        }
    }
}
