using Bunit;
using Bunit.TestDoubles;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Operations;
using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Failures;
using Dashboard.Core.Feeds;
using Dashboard.Core.Ledger;
using Dashboard.Core.Pings;
using Dashboard.Core.Retries;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;
using Dashboard.Web.Components;
using Dashboard.Web.Backfill;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Web.Tests.Layout;

/// <summary>The real feeds of one source, on a clock that stands at <see cref="SampleJobs.Now"/>, and a page that watches them.</summary>
public abstract class PageTest : BunitContext
{
    private readonly Provided provided = new();

    // Within a second, as bUnit has it, not every machine has drawn a page beside everything else it does.
    static PageTest() => DefaultWaitTimeout = RunningDashboard.Deadline;

    protected PageTest()
    {
        var directory = new SourceDirectory([SampleJobs.Source]);
        Statuses = new(_ => SourceStatus.Connecting(SampleJobs.Source));
        Standings = new(StandingsSnapshot.Empty);
        Services.AddSingleton<TimeProvider>(Clock);
        Services.AddSingleton(directory);
        Services.AddSingleton(Statuses);
        Services.AddSingleton(Standings);
        Services.AddSingleton(Verdicts);
        Services.AddSingleton(new RunHistories(Clock));
        Services.AddSingleton(Schedules);
        Services.AddSingleton(Ticks);
        Services.AddSingleton(Backlogs);
        Services.AddSingleton(new SlotHistories());
        Services.AddSingleton<JobSlots>();
        Services.AddSingleton(Failures);
        Services.AddSingleton(Retries);
        Services.AddSingleton(Pings);
        Services.AddSingleton(Stores);
        Services.AddSingleton(Moves);
        Services.AddSingleton(FrameRule.Usual);
        Services.AddSingleton(Marks);
        Services.AddSingleton(new SourceFeeds<OperationsSnapshot>(OperationsSnapshot.Empty));
        Services.AddSingleton(Ledgers);
        Services.AddSingleton<ILedgerReader>(Kept);
        Services.AddSingleton<AntiforgeryStateProvider, Ours>();
        Services.AddSingleton<SourceRooms>();
        Services.AddSingleton<ShownSources>();
        Services.AddScoped<LivePage>();
        Services.AddFallbackServiceProvider(provided);
        JSInterop.Mode = JSRuntimeMode.Loose;
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        Statuses.Of("demo").Publish(SampleJobs.Live);
    }

    protected FakeTimeProvider Clock { get; } = new(SampleJobs.Now);

    protected SourceFeeds<SourceStatus> Statuses { get; }

    protected SourceFeeds<StandingsSnapshot> Standings { get; }

    protected SourceFeeds<VerdictSnapshot> Verdicts { get; } = new(VerdictSnapshot.Empty);

    protected SourceFeeds<ScheduleBook> Schedules { get; } = new(ScheduleBook.Empty);

    protected SourceFeeds<TickSnapshot> Ticks { get; } = new(TickSnapshot.Empty);

    protected SourceFeeds<BacklogSnapshot> Backlogs { get; } = new(BacklogSnapshot.Empty);

    protected SourceFeeds<FailuresSnapshot> Failures { get; } = new(FailuresSnapshot.Empty);

    protected SourceFeeds<MarksSnapshot> Marks { get; } = new(MarksSnapshot.Empty);

    protected SourceFeeds<LedgerSnapshot> Ledgers { get; } = new(LedgerSnapshot.Empty);

    /// <summary>What the ledger answers on request.</summary>
    protected KeptBook Kept { get; } = new();

    protected Feed<RetriesSnapshot> Retries { get; } = new(RetriesSnapshot.Empty);

    protected Feed<PingsSnapshot> Pings { get; } = new(PingsSnapshot.Empty);

    protected Feed<StoresSnapshot> Stores { get; } = new(StoresSnapshot.Empty);

    protected Feed<MovesSnapshot> Moves { get; } = new(MovesSnapshot.Empty);

    protected ShownSource Shown => Services.GetRequiredService<ShownSources>().Find(null)!;

    protected BunitNavigationManager Navigation => Services.GetRequiredService<BunitNavigationManager>();

    protected void Publish(params IEnumerable<JobStanding> jobs) => Standings.Of("demo").Publish(SampleJobs.Snapshot(jobs));

    /// <summary>Gives pages a service that only one test has, and that takes a while to make.</summary>
    protected void Provide<T>(T service)
        where T : notnull => provided.Services[typeof(T)] = service;

    /// <summary>A page or leaf, standing on the source.</summary>
    protected IRenderedComponent<TComponent> On<TComponent>(Action<ComponentParameterCollectionBuilder<TComponent>>? parameters = null)
        where TComponent : IComponent
    {
        RenderTree.TryAdd<CascadingValue<ShownSource>>(builder => builder.Add(cascade => cascade.Value, Shown));
        return Render<TComponent>(parameters);
    }

    private sealed class Provided : IServiceProvider
    {
        public Dictionary<Type, object> Services { get; } = [];

        public object? GetService(Type serviceType) => Services.GetValueOrDefault(serviceType);
    }

    private sealed class Ours : AntiforgeryStateProvider
    {
        public override AntiforgeryRequestToken? GetAntiforgeryToken() => new("token", "__RequestVerificationToken");
    }
}
