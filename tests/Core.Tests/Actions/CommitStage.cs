using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Actions.Operations;
using Dashboard.Core.Backfill;
using Dashboard.Core.Database;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Dashboard.Core.Tests.Actions;

/// <summary>An observed database, an own database beside it, and everything that acts between them. The clock is the database's.</summary>
internal sealed class CommitStage : IAsyncDisposable
{
    private readonly ActionPools pools = new();

    private CommitStage(Observing observed, OwnDatabase own, Source source, Func<CommitStep, Task> at)
    {
        (Observed, Own, Source) = (observed, own, source);
        Followed = new FollowedFeeds(new(SourceFeed), new(JobsSnapshot.Empty), new(RunsSnapshot.Empty), new(_ => Book));
        var rooms = new ActionRooms(new(SourceFeed), new(JobsSnapshot.Empty), new(RunsSnapshot.Empty), new(_ => Book), new(_ => Runner));
        var marks = new MarkQueries(own);
        Facts = new ActionFactsReader(rooms, pools, new SlotHistories(), marks, own);
        Actions = new ActionQueries(own);
        Audit = new AuditQueries(own);
        Commit = new ActionCommit(Actions, pools, Facts, TimeProvider.System, NullLogger<ActionCommit>.Instance) { AtAsync = at };
        var directory = new SourceDirectory([source]);
        Marks = new SourceFeeds<MarksSnapshot>(MarksSnapshot.Empty);
        Operator = new OperatorActions(Authority, new DeedPace(TimeProvider.System, 1_000_000), directory, Facts, Actions, Commit, Audit, new MarksMonitor(marks, directory, Marks, TimeProvider.System));
        Operations = new OperationQueries(own);
        Work = new OperationWork(own);
        Monitor = new OperationsMonitor(Operations, new BackfillFollower(own, Operations, Followed, new SlotHistories(), TimeProvider.System), directory, new(OperationsSnapshot.Empty), TimeProvider.System);
        Many = new OperatorOperations(Authority, new DeedPace(TimeProvider.System, 1_000_000), directory, Operations, Worker(), Monitor, Audit);
        Resolver = new ActionResolver(Actions, new ActionCommit(Actions, pools, Facts, TimeProvider.System, NullLogger<ActionCommit>.Instance), directory, TimeProvider.System, NullLogger<ActionResolver>.Instance);
    }

    public static Actor Ada { get; } = new("ada", Role.Operator, ActorVia.Link, "127.0.0.1");

    public Observing Observed { get; }

    public OwnDatabase Own { get; }

    public Source Source { get; }

    public Scripted Authority { get; } = new();

    public ActionFactsReader Facts { get; }

    public ActionQueries Actions { get; }

    public ActionCommit Commit { get; }

    public AuditQueries Audit { get; }

    public OperatorActions Operator { get; }

    public ActionResolver Resolver { get; }

    public SourceFeeds<MarksSnapshot> Marks { get; }

    public OperationQueries Operations { get; }

    public OperationWork Work { get; }

    public FollowedFeeds Followed { get; }

    public OperationsMonitor Monitor { get; }

    public OperatorOperations Many { get; }

    public TickRunner Runner { get; set; } = TickRunner.Crontabber;

    public ScheduleBook Book { get; set; } = ScheduleBook.Empty("test") with
    {
        Jobs = [new JobDefinition { Name = "slow", Schedule = new Schedule("1h", null, Backfills: false) }, new JobDefinition { Name = "back", Schedule = new Schedule("1d", null, Backfills: true) }],
        IsConfigured = true,
    };

    /// <summary>One with a plain job <c>slow</c>, due in an hour, and a backfill job <c>back</c> three days behind, both in real tables.</summary>
    /// <param name="observedThrough">Where the observed database is reached, where not directly.</param>
    /// <param name="ownThrough">Where the own database is reached, where not directly.</param>
    /// <param name="at">What happens at the steps of a commit.</param>
    /// <param name="flavour">Whose tables.</param>
    public static async Task<CommitStage> SetAsync(FaultProxy? observedThrough = null, FaultProxy? ownThrough = null, Func<CommitStep, Task>? at = null, Flavour flavour = Flavour.Crontabber)
    {
        var observed = await Observing.NewAsync(flavour: flavour);
        await observed.ExecuteAsync(flavour == Flavour.Socorro
            ? """
              insert into cron_job (app_name, next_run, first_run, last_run, last_success, error_count, last_error)
              values
              ('slow', now() + interval '1 hour', '2026-01-01Z', now() - interval '1 minute', now() - interval '1 minute', 2, '{''type'': <class ''ValueError''>, ''value'': ''no'', ''traceback'': ''''}'),
              ('back', now() - interval '70 hours', '2026-01-01Z', now() - interval '94 hours', now() - interval '94 hours', 0, '{}')
              """
            : """
              insert into crontabber values
              ('slow', now() + interval '1 hour', '2026-01-01Z', now() - interval '1 minute', now() - interval '1 minute', null, 2, '{}', '{"type": "<class ''ValueError''>", "value": "password=hunter2", "traceback": ""}'),
              ('back', now() - interval '70 hours', '2026-01-01Z', now() - interval '94 hours', now() - interval '94 hours', null, 0, '{}', '{}')
              """);
        var text = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        var own = new OwnDatabase(ownThrough?.Through(text) ?? text);
        await own.MigrateAsync(TestContext.Current.CancellationToken);
        var source = observed.Source.Source;
        var stage = new CommitStage(observed, own, observedThrough is null ? source : source with { ConnectionString = observedThrough.Through(source.ConnectionString) }, at ?? (_ => Task.CompletedTask));
        if (flavour == Flavour.Socorro)
        {
            stage.Book = stage.Book with { Settings = SchedulerSettings.Socorro, Jobs = [new JobDefinition { Name = "slow", Schedule = new Schedule("1h", null, false, Flavour.Socorro) }, new JobDefinition { Name = "back", Schedule = new Schedule("1d", null, true, Flavour.Socorro) }] };
        }

        return stage;
    }

    /// <summary>Another node beside those that are there, on databases that are ready.</summary>
    public static async Task<CommitStage> BesideAsync(string observed, string own)
    {
        var observing = await Observing.OfAsync(observed);
        return new CommitStage(observing, new OwnDatabase(own), observing.Source.Source, _ => Task.CompletedTask);
    }

    /// <summary>One node that works on operations.</summary>
    public OperationWorker Worker(Func<OperationPart, Task>? at = null) => new(
        Operations, Work, new OperationTools(Facts, Actions, Commit, Authority), new SourceDirectory([Source]), Own, TimeProvider.System, NullLogger<OperationWorker>.Instance)
    {
        AtAsync = at ?? (_ => Task.CompletedTask),
    };

    public async Task<KeptAction> PlanAsync(ActionKind kind, string job = "slow", Func<ActionWish, ActionWish>? more = null)
    {
        var wish = new ActionWish(kind, "test", job);
        var answer = await Operator.PlanAsync(Ada, more?.Invoke(wish) ?? wish, null, TestContext.Current.CancellationToken);
        Assert.Null(answer.Because);
        Assert.Null(answer.Value!.Plan.Refusal);
        return answer.Value;
    }

    public async Task<ActionResult> CommitAsync(KeptAction plan, Actor? who = null)
    {
        var answer = await Operator.CommitAsync(who ?? Ada, plan.Id, "because of the test", plan.Plan.Job, TestContext.Current.CancellationToken);
        Assert.Null(answer.Because);
        return answer.Value!;
    }

    /// <summary>The audit, oldest first: <c>event kind job</c>.</summary>
    public async Task<IReadOnlyList<string>> AuditedAsync() =>
        [.. (await Audit.OnwardAsync(0, 10_000, TestContext.Current.CancellationToken)).Select(line => $"{line.Entry.Event} {line.Entry.Kind} {line.Entry.Job}")];

    public Task<string> RowAsync(string job = "slow") => Observed.ScalarAsync<string>($"select coalesce((select {(Observed.Source.Capabilities.Flavour == Flavour.Socorro ? "cron_job" : "crontabber")}::text from {(Observed.Source.Capabilities.Flavour == Flavour.Socorro ? "cron_job" : "crontabber")} where app_name = '{job}'), 'gone')");

    public async ValueTask DisposeAsync()
    {
        await pools.DisposeAsync();
        await Own.DisposeAsync();
        await Observed.DisposeAsync();
    }

    private SourceStatus SourceFeed(string name) => SourceStatus.Connecting(Source) with { State = SourceState.Live, Capabilities = Observed.Source.Capabilities };

    /// <summary>An authority that says what a test wants.</summary>
    internal sealed class Scripted : IAuthority
    {
        public HashSet<Deed> Denied { get; } = [];

        public Task<Permission> AskAsync(Actor actor, Deed deed, CancellationToken cancellationToken) =>
            Task.FromResult(Denied.Contains(deed) ? new Permission(false, $"You may not {deed.Name}.", actor) : new Permission(true, "", actor));
    }
}
