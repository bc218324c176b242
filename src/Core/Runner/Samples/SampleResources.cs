using Dashboard.Core.Database.Embedded;
using Dashboard.Core.Sources;
using Npgsql;

namespace Dashboard.Core.Runner.Samples;

/// <summary>What the living sample works with: its database, directly for the runner and through a proxy for the jobs, and the site they call. Both of the latter go away now and then.</summary>
internal sealed class SampleResources : IAsyncDisposable
{
    private readonly SampleProxy proxy;
    private readonly SampleSite site;
    private readonly TimeProvider clock;

    public SampleResources(EmbeddedPostgres postgres, TimeProvider clock)
    {
        this.clock = clock;
        Source = SampleSource.Of(postgres.Folder, postgres.ConnectionString(SampleSource.Name));
        proxy = SampleProxy.Before(postgres.Port);
        site = SampleSite.Start(clock);
        State = Pool(Source.ConnectionString, "crontabber-dashboard runner");
        Jobs = Pool(new NpgsqlConnectionStringBuilder(Source.ConnectionString) { Port = proxy.Port }.ConnectionString, "crontabber-dashboard jobs");
    }

    /// <summary>The source.</summary>
    public Source Source { get; }

    /// <summary>For crontabber's tables.</summary>
    public NpgsqlDataSource State { get; }

    /// <summary>For the jobs.</summary>
    public NpgsqlDataSource Jobs { get; }

    /// <summary>The site's address.</summary>
    public Uri Site => site.Url;

    /// <summary>Takes them away and gives them back, as <see cref="SampleTroubles"/> says, until asked to quit; everything is back then.</summary>
    public async Task TroubleAsync(CancellationToken quit)
    {
        for (var begun = clock.GetTimestamp(); !quit.IsCancellationRequested;)
        {
            var trouble = SampleTroubles.At(clock.GetElapsedTime(begun));
            (proxy.Away, site.Away) = (trouble.Database, trouble.Site);
            await Task.Delay(trouble.For, clock, quit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        (proxy.Away, site.Away) = (false, false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Jobs.DisposeAsync();
        await State.DisposeAsync();
        await proxy.DisposeAsync();
        await site.DisposeAsync();
    }

    private static NpgsqlDataSource Pool(string connectionString, string name) =>
        new NpgsqlDataSourceBuilder(connectionString) { ConnectionStringBuilder = { ApplicationName = name, MaxPoolSize = 4 } }.Build();
}
