using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Core.Ledger;
using Dashboard.Core.Notifications;
using Dashboard.Core.Retries;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Core.Tests.Notifications;

/// <summary>One node of a dashboard as far as it keeps a ledger and sends: real services on a real database, told by the test what is said.</summary>
internal sealed class NotifyingNode : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly ServiceProvider services;
    private readonly IReadOnlyList<IHostedService> hosted;
    private long sequence;

    private NotifyingNode(ServiceProvider services, IReadOnlyList<IHostedService> hosted)
    {
        this.services = services;
        this.hosted = hosted;
    }

    public LeaderLease Lease => services.GetRequiredService<LeaderLease>();

    public OperatorVerdicts People => services.GetRequiredService<OperatorVerdicts>();

    public ILedgerReader Ledger => services.GetRequiredService<ILedgerReader>();

    public OwnDatabase Own => services.GetRequiredService<OwnDatabase>();

    public VerdictPulse Pulse => services.GetRequiredService<VerdictPulse>();

    public LedgerSnapshot Newest => services.GetRequiredService<SourceFeeds<LedgerSnapshot>>().Of("demo").Newest;

    /// <summary>Starts one on an own database, with settings below <c>Notifications</c>.</summary>
    public static async Task<NotifyingNode> StartAsync(string database, params (string Key, string Value)[] settings)
    {
        var collection = new ServiceCollection();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => new KeyValuePair<string, string?>($"Notifications:{pair.Key}", pair.Value))).Build();
        collection.AddSingleton<IConfiguration>(configuration);
        collection.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        collection.AddSingleton(TimeProvider.System);
        collection.AddSingleton<IRetryTelemetry>(SilentTelemetry.Instance);
        collection.AddSingleton(new OwnDatabase(database));
        collection.AddSingleton(new SourceDirectory([SampleJobs.Source]));
        collection.AddSingleton(new SourceFeeds<VerdictSnapshot>(VerdictSnapshot.Empty));
        collection.AddSingleton(new SourceFeeds<StandingsSnapshot>(StandingsSnapshot.Empty));
        collection.AddSingleton(new SourceFeeds<SourceStatus>(_ => SourceStatus.Connecting(SampleJobs.Source)));
        collection.AddSingleton<VerdictPulse>();
        collection.AddSingleton<IAuthority, Everybody>();
        collection.AddSingleton<AuditQueries>();
        collection.AddSingleton<MarkQueries>();
        collection.AddSingleton<LeaderLease>();
        collection.AddHostedService(provider => provider.GetRequiredService<LeaderLease>());
        collection.AddLedger();
        collection.AddNotifications();
        var services = collection.BuildServiceProvider();
        await services.GetRequiredService<OwnDatabase>().MigrateAsync(CancellationToken.None);
        IReadOnlyList<IHostedService> hosted = [.. services.GetServices<IHostedService>()];
        foreach (var one in hosted)
        {
            await one.StartAsync(CancellationToken.None);
        }

        return new NotifyingNode(services, hosted);
    }

    /// <summary>The settings of a channel, with its receiver named as one that may be reached.</summary>
    public static (string, string)[] Channel(int place, string name, ChannelKind kind, Uri url, string key = "s3cret") =>
    [
        ($"Channels:{place}:Name", name), ($"Channels:{place}:Kind", $"{kind}"), ($"Channels:{place}:Url", $"{url}"), ($"Channels:{place}:Key", key), ($"Private:{place}", url.Authority),
    ];

    /// <summary>These are the jobs, and this is said of them.</summary>
    public void Say(params Verdict[] jobs)
    {
        var at = SampleJobs.Now.AddMinutes(sequence);
        services.GetRequiredService<SourceFeeds<StandingsSnapshot>>().Of("demo").Publish(SampleJobs.Snapshot(jobs.Select(verdict => SampleJobs.Standing(verdict.Job))) with { AsOf = at });
        services.GetRequiredService<SourceFeeds<VerdictSnapshot>>().Of("demo").Publish(SampleVerdicts.Snapshot(at, ++sequence, jobs));
    }

    /// <summary>The ledger as soon as it is as awaited.</summary>
    public async Task<LedgerSnapshot> UntilAsync(Func<LedgerSnapshot, bool> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await foreach (var snapshot in services.GetRequiredService<SourceFeeds<LedgerSnapshot>>().Of("demo").WatchAsync(deadline.Token))
            {
                if (condition(snapshot))
                {
                    return snapshot;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Said below.
        }

        throw new TimeoutException($"The ledger was not as awaited; it is {string.Join('\n', Newest.Incidents.Select(entry => $"{entry.Incident} {string.Join(", ", entry.Sent)}"))}");
    }

    /// <summary>Waits until this node has taken the lease, of which no feed tells.</summary>
    public async Task UntilLeaderAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!Lease.IsHeld)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
        }
    }

    /// <summary>Stops in good order.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var one in hosted.Reverse())
        {
            await one.StopAsync(CancellationToken.None);
        }

        await services.DisposeAsync();
    }

    private sealed class Everybody : IAuthority
    {
        public Task<Permission> AskAsync(Actor actor, Deed deed, CancellationToken cancellationToken) => Task.FromResult(Permission.Of(actor, deed, Standing.Of(actor.Role)));
    }
}
