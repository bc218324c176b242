using Dashboard.Core.Database.Embedded;
using Dashboard.Core.Retries.Store;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Samples;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Database;

/// <summary>Where the dashboard keeps its own records: the database it was given, or a PostgreSQL it starts for itself.</summary>
public sealed class DashboardStorage : IAsyncDisposable
{
    private readonly IReadOnlyList<Source> shipped;

    private DashboardStorage(string own, TimeProvider clock, EmbeddedPostgres? embedded, IReadOnlyList<Source> shipped)
    {
        Own = new OwnDatabase(own, Told, clock);
        Embedded = embedded;
        this.shipped = shipped;
    }

    /// <summary>Its own records.</summary>
    public OwnDatabase Own { get; }

    /// <summary>What its executors told and nobody has kept yet.</summary>
    public RetryQueue Told { get; } = new();

    /// <summary>The server it started; null when it was given a database.</summary>
    public EmbeddedPostgres? Embedded { get; }

    /// <summary>Whether the living sample is one of its sources: where no other is configured, unless <c>Runner:Sample</c> says no.</summary>
    public bool HasSample => shipped.Any(source => source.Name == SampleSource.Name);

    /// <summary>Opens it: <c>ConnectionStrings:Dashboard</c>, or else the embedded server, with the living sample and the demo in it when no source is configured.</summary>
    /// <param name="configuration">Of the whole dashboard.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="say">Given one line for each thing worth knowing while waiting.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<DashboardStorage> OpenAsync(IConfiguration configuration, TimeProvider clock, Action<string> say, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.GetConnectionString("Dashboard") is { Length: > 0 } given)
        {
            return new DashboardStorage(given, clock, null, []);
        }

        var options = configuration.GetSection("Database:Embedded").Get<EmbeddedOptions>() ?? new EmbeddedOptions();
        var embedded = await EmbeddedPostgres.StartAsync(options, clock, say, cancellationToken);
        try
        {
            var shipped = Shipped(configuration, embedded.Folder, embedded.ConnectionString);
            foreach (var source in shipped)
            {
                await (source.Name == SampleSource.Name ? SampleSource.LoadAsync(source.ConnectionString, cancellationToken) : DemoAsync(embedded.Folder, source.ConnectionString, say, cancellationToken));
            }

            return new DashboardStorage(embedded.ConnectionString(OwnDatabase.Name), clock, embedded, shipped);
        }
        catch
        {
            await embedded.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the own records for a moment, beside a dashboard that may be running: its server is used, or started and stopped again.</summary>
    public static async Task<DashboardStorage> VisitAsync(IConfiguration configuration, TimeProvider clock, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = configuration.GetSection("Database:Embedded").Get<EmbeddedOptions>() ?? new EmbeddedOptions();
        var running = string.IsNullOrEmpty(configuration.GetConnectionString("Dashboard")) ? await EmbeddedPostgres.RunningAsync(options, cancellationToken) : null;
        var storage = running is null
            ? await OpenAsync(configuration, clock, _ => { }, cancellationToken)
            : new DashboardStorage(running(OwnDatabase.Name), clock, null, Shipped(configuration, DataFolder.Choose(options.Data), running));
        await storage.Own.MigrateAsync(cancellationToken);
        return storage;
    }

    /// <summary>The configured sources, or what is shown where there are none: the living sample and the demo.</summary>
    public IReadOnlyList<Source> Sources(IReadOnlyList<Source> configured)
    {
        ArgumentNullException.ThrowIfNull(configured);
        return configured.Count > 0 ? configured : shipped;
    }

    private static IReadOnlyList<Source> Shipped(IConfiguration configuration, DataFolder folder, Func<string, string> address) =>
        configuration.GetSection("Sources").GetChildren().Any() ? []
        : (configuration.GetSection(RunnerSettings.Section).Get<RunnerSettings>() ?? new()).Sample
            ? [SampleSource.Of(folder, address(SampleSource.Name)), Demo(folder, address(DemoDatabase.Name))]
            : [Demo(folder, address(DemoDatabase.Name))];

    private static async Task DemoAsync(DataFolder folder, string connectionString, Action<string> say, CancellationToken cancellationToken)
    {
        await DemoDatabase.LoadAsync(connectionString, say, cancellationToken);
        await DemoSchedule.WriteAsync(folder, connectionString, cancellationToken);
    }

    private static Source Demo(DataFolder folder, string connectionString)
    {
        var port = new Npgsql.NpgsqlConnectionStringBuilder(connectionString).Port;
        return new Source(DemoDatabase.Name, connectionString, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"127.0.0.1:{port}/{DemoDatabase.Name}"))
        {
            Embedded = true,
            About = "a captured bad morning",
            JobsFile = DemoSchedule.JobsFile(folder),
            MappingFile = DemoSchedule.MappingFile(folder),
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Own.DisposeAsync();
        if (Embedded is not null)
        {
            await Embedded.DisposeAsync();
        }
    }
}
