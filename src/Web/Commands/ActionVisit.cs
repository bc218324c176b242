using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Dashboard.Core.Database;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Monitoring;
using Dashboard.Core.Runner;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Web.Commands;

/// <summary>Acting from a command: one look at the source in place of the feeds, and then the same plans and commits as everywhere.</summary>
internal sealed class ActionVisit : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> opened = [];

    private ActionVisit(Source source) => Source = source;

    /// <summary>The source.</summary>
    public Source Source { get; }

    /// <summary>Every job there is, configured or with a row.</summary>
    public IReadOnlyCollection<string> Jobs { get; private set; } = [];

    /// <summary>The one way to act.</summary>
    public OperatorActions Actions { get; private set; } = null!;

    /// <summary>Looks.</summary>
    /// <exception cref="VerbException">There is no such source.</exception>
    /// <exception cref="GlanceException">It cannot be read.</exception>
    public static async Task<ActionVisit> OpenAsync(IConfiguration settings, TimeProvider clock, (string? Source, string? Jobs, string? Mapping) named, CancellationToken cancellationToken)
    {
        var asked = await AskedSource.FindAsync(settings, clock, named.Source, named.Jobs, named.Mapping, cancellationToken);
        var visit = new ActionVisit(asked.Source);
        visit.opened.Add(asked);
        try
        {
            var storage = asked.Storage ?? await DashboardStorage.VisitAsync(settings, clock, cancellationToken);
            if (asked.Storage is null)
            {
                visit.opened.Add(storage);
            }

            await visit.LookAsync(storage.Own, clock, cancellationToken);
            return visit;
        }
        catch
        {
            await visit.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (var i = opened.Count - 1; i >= 0; i--)
        {
            await opened[i].DisposeAsync();
        }
    }

    private async Task LookAsync(OwnDatabase own, TimeProvider clock, CancellationToken cancellationToken)
    {
        var glance = await SourceGlance.AtAsync(Source, clock, cancellationToken);
        Jobs = [.. glance.Rows.Jobs.Select(row => row.Name).Union(glance.Book.Jobs.Select(job => job.Name), StringComparer.Ordinal)];
        var runner = await new TickRunnerLook(own).AtAsync(Source.Name, cancellationToken);
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(clock)
            .AddSingleton(own)
            .AddSingleton(new SourceDirectory([Source]))
            .AddSingleton(new SourceFeeds<SourceStatus>(_ => SourceStatus.Connecting(Source) with { State = SourceState.Live, Capabilities = glance.Capabilities, AsOf = glance.Rows.AsOf, ReadAt = clock.GetUtcNow() }))
            .AddSingleton(new SourceFeeds<JobsSnapshot>(_ => glance.Rows))
            .AddSingleton(new SourceFeeds<RunsSnapshot>(_ => glance.Runs))
            .AddSingleton(new SourceFeeds<ScheduleBook>(_ => glance.Book))
            .AddSingleton(new SourceFeeds<TickRunner>(_ => runner))
            .AddRunRecords()
            .AddSingleton<SlotHistories>()
            .AddAccessRecords()
            .AddActions()
            .BuildServiceProvider();
        opened.Add(services);
        Actions = services.GetRequiredService<OperatorActions>();
    }
}
