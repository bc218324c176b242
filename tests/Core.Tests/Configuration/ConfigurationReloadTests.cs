using System.Collections.Concurrent;
using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Generations;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Configuration.Reload;
using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Kit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Configuration;

/// <summary>Parse, build, probe, swap, drain, dispose: and whatever is wrong leaves the old one in use and is said.</summary>
public sealed class ConfigurationReloadTests : IAsyncLifetime
{
    private static readonly Actor Ada = new("Ada", Role.Admin, ActorVia.Key, "127.0.0.1") { Key = 1 };
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-reload-");
    private readonly FakeTimeProvider clock = new();
    private readonly Vault vault = new();
    private readonly Warned log = new();
    private OwnDatabase own = null!;
    private AuditQueries audit = null!;
    private Feed<ConfigurationSnapshot> snapshots = null!;
    private LayeredConfiguration live = null!;
    private GenerationHolder<Box> holder = null!;
    private ConfigurationReload reload = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string File => Path.Combine(folder.FullName, "own.ini");

    public async ValueTask InitializeAsync()
    {
        own = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await own.MigrateAsync(Stop);
        audit = new AuditQueries(own);
        await SayAsync("[server]\nhost=one\npassword=hunter2\n");
        var sources = new ConfigurationSources(Crates.Catalog(), folder.FullName, [$"--admin.conf={File}"], EnvironmentLayer.Of([]));
        var first = sources.Read();
        (snapshots, live, holder) = (new(new ConfigurationSnapshot(1, first, clock.GetUtcNow())), new(first), new(vault.Make("one")));
        var step = new GenerationStep<Box>("boxes", holder, (next, _) => vault.BuildAsync(next.Find("server:host")!.Text!), vault.ProbeAsync, clock);
        reload = new ConfigurationReload(sources, live, [step], [new NoEvil()], snapshots, vault, new DeedPace(clock), audit, clock, log);
    }

    public async ValueTask DisposeAsync()
    {
        await reload.Draining.WaitAsync(Stop);
        reload.Dispose();
        await own.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_is_accepted_is_in_use_at_once_everywhere_and_the_old_one_ends_when_its_work_does()
    {
        var work = holder.Take();
        var told = 0;
        using var watch = Microsoft.Extensions.Primitives.ChangeToken.OnChange(((IConfigurationProvider)live).GetReloadToken, () => told++);
        await SayAsync("[server]\nhost=two\npassword=other\n");

        var report = (await reload.ReloadAsync(Ada, Stop)).Report!;

        Assert.Equal((ReloadOutcome.Accepted, 2L, "Ada"), (report.Outcome, report.Generation, report.Who));
        Assert.Equal(["server:host: one → two", "server:password: ••• → •••"], report.Changes.Select(change => $"{change.Path}: {change.Before} → {change.After}"));
        using (var lease = holder.Take())
        {
            Assert.Equal("two", lease.Value.Name);
        }

        Assert.True(((IConfigurationProvider)live).TryGet("server:host", out var host));
        Assert.Equal(("two", 1, 2L), (host, told, snapshots.Newest.Generation));
        Assert.Equal(("one", null), (work.Value.Name, snapshots.Newest.Last!.Drained));
        work.Dispose();
        await reload.Draining;
        Assert.True(snapshots.Newest.Last!.Drained);
        Assert.Equal(["one disposed"], vault.Told);

        var line = Assert.Single(await audit.PageAsync(new AuditFilter(), Stop)).Entry;
        Assert.Equal(("done", "Ada", "reload-configuration", "Generation 2 is in use: 2 options changed."), (line.Event, line.Who.Name, line.Kind, line.Summary));
        Assert.Equal("""{"server:host":"two","server:password":"\u2022\u2022\u2022"}""", line.After);
    }

    [Fact]
    public async Task A_name_that_was_mistyped_is_told_in_the_log_once_and_on_the_page_although_nothing_has_changed()
    {
        await SayAsync("[server]\nhost=one\npassword=hunter2\nprot=1\n");

        var report = (await reload.ReloadAsync(Ada, Stop)).Report!;
        await reload.ReloadAsync("SIGHUP", Stop);

        Assert.Equal(ReloadOutcome.Unchanged, report.Outcome);
        Assert.Equal($"{File}:4: 'server:prot', which is no option. Expected: server:port, perhaps.", Assert.Single(log.Warnings));
        Assert.Equal(log.Warnings, snapshots.Newest.Reading.Warnings.Select(warning => warning.ToString()));
    }

    [Theory]
    [InlineData("[server]\nport=many\n", "own.ini:2: server:port = 'many'. Expected: a whole number from 1 to 65535.")]
    [InlineData("[server\n", "own.ini:1: '[server'. Expected: a [section], or a name = value.")]
    [InlineData("[server]\nhost=unbuildable\n", "The boxes could not be built: there are no such boxes")]
    [InlineData("[server]\nhost=broken\n", "The boxes do not work: nobody answers at http://user:•••@x")]
    [InlineData("[server]\nhost=evil\n", "That host is not allowed.")]
    [InlineData(null, "cannot be read: it is not there. Expected: a file this program may read.")]
    public async Task What_cannot_be_used_leaves_the_old_one_and_is_told_on_the_page_and_in_the_audit(string? text, string reason)
    {
        if (text is null)
        {
            System.IO.File.Delete(File);
        }
        else
        {
            await SayAsync(text);
        }

        var report = (await reload.ReloadAsync(Ada, Stop)).Report!;

        Assert.Equal((ReloadOutcome.Rejected, 1L), (report.Outcome, report.Generation));
        Assert.EndsWith(reason, Assert.Single(report.Reasons), StringComparison.Ordinal);
        Assert.Same(report, snapshots.Newest.Last);
        Assert.Equal((1L, "one"), (snapshots.Newest.Generation, snapshots.Newest.Reading.Find("server:host")!.Text));
        using (var lease = holder.Take())
        {
            Assert.Equal((1L, "one"), (lease.Number, lease.Value.Name));
        }

        Assert.True(((IConfigurationProvider)live).TryGet("server:host", out var host));
        Assert.Equal("one", host);
        Assert.DoesNotContain("one disposed", vault.Told);
        var line = Assert.Single(await audit.PageAsync(new AuditFilter(), Stop)).Entry;
        Assert.Equal(("refused", "reload-configuration"), (line.Event, line.Kind));
        Assert.EndsWith(reason, line.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", line.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_without_end_is_given_up_after_its_deadline_and_what_was_built_is_disposed_of()
    {
        await SayAsync("[server]\nhost=hangs\n");

        var reloading = reload.ReloadAsync(Ada, Stop);
        await vault.Probing.Task.WaitAsync(Stop);
        clock.Advance(ConfigurationReload.ProbeDeadline);
        var report = (await reloading).Report!;

        Assert.Equal((ReloadOutcome.Rejected, "The boxes did not prove within 10 s that they work."), (report.Outcome, Assert.Single(report.Reasons)));
        Assert.Equal(["hangs disposed"], vault.Told);
    }

    [Fact]
    public async Task Nothing_new_is_nothing_done()
    {
        await SayAsync("# the same in other words\n[server]\nhost = \"one\"\npassword='hunter2'\n");

        var report = (await reload.ReloadAsync(Ada, Stop)).Report!;

        Assert.Equal((ReloadOutcome.Unchanged, 1L, 1L), (report.Outcome, report.Generation, holder.Number));
        Assert.Equal("own.ini:3", Path.GetFileName(snapshots.Newest.Reading.Find("server:host")!.Origin.ToString()));
    }

    [Fact]
    public async Task Who_may_not_changes_nothing_and_the_audit_says_that_they_tried()
    {
        await SayAsync("[server]\nhost=two\n");

        var (report, refusal) = await reload.ReloadAsync(Ada with { Name = "Mallory", Role = Role.Operator }, Stop);

        Assert.Null(report);
        Assert.Contains("admin", refusal, StringComparison.Ordinal);
        Assert.Equal((1L, "denied Mallory"), (holder.Number, string.Join(' ', (await audit.PageAsync(new AuditFilter(), Stop)).Select(line => $"{line.Entry.Event} {line.Entry.Who.Name}"))));
    }

    [Fact]
    public async Task A_signal_reloads_although_the_own_records_are_gone()
    {
        await own.DisposeAsync();
        await SayAsync("[server]\nhost=two\n");

        var report = await reload.ReloadAsync("SIGHUP", Stop);

        Assert.Equal((ReloadOutcome.Accepted, "SIGHUP", 2L), (report.Outcome, report.Who, holder.Number));
    }

    [Fact]
    public async Task Of_a_storm_of_reloads_each_has_its_turn_and_the_last_word_is_in_use()
    {
        var work = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            for (var operation = 0; holder.Number <= 20; operation++)
            {
                using var lease = holder.Take();
                Assert.False(lease.Value.IsDisposed);
                await Task.Yield();
                Assert.False(lease.Value.IsDisposed);
            }
        }, Stop)).ToList();

        for (var round = 1; round <= 20; round++)
        {
            await SayAsync($"[server]\nhost=host-{round}\n");
            var three = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => reload.ReloadAsync("SIGHUP", Stop)));
            Assert.Single(three, report => report.Outcome == ReloadOutcome.Accepted);
            Assert.Equal(2, three.Count(report => report.Outcome == ReloadOutcome.Unchanged));
        }

        await Task.WhenAll(work);
        await reload.Draining;
        Assert.Equal((21L, 21L, 20), (holder.Number, snapshots.Newest.Generation, snapshots.Newest.Reloads.Count));
        Assert.Equal(20, vault.Told.Count(word => word.EndsWith("disposed", StringComparison.Ordinal)));
    }

    private Task SayAsync(string text) => System.IO.File.WriteAllTextAsync(File, text, Stop);

    private sealed class Box(string name, Vault vault) : IAsyncDisposable
    {
        public string Name { get; } = name;

        public bool IsDisposed { get; private set; }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            vault.Told.Enqueue($"{Name} disposed");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class NoEvil : IConfigurationCheck
    {
        public string? Refusal(ConfigurationReading reading) => reading.Find("server:host")!.Text == "evil" ? "That host is not allowed." : null;
    }

    private sealed class Vault : IAuthority
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Told { get; } = new();

        public TaskCompletionSource Probing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Box Make(string name) => new(name, this);

        public Task<Box> BuildAsync(string name) => name == "unbuildable" ? throw new InvalidOperationException("there are no such boxes") : Task.FromResult(Make(name));

        public Task ProbeAsync(Box box, CancellationToken cancellationToken)
        {
            Probing.TrySetResult();
            return box.Name switch
            {
                "broken" => throw new InvalidOperationException("nobody answers at http://user:pass@x"),

                // One that does not heed its token.
                "hangs" => new TaskCompletionSource().Task,
                _ => Task.CompletedTask,
            };
        }

        public Task<Permission> AskAsync(Actor actor, Deed deed, CancellationToken cancellationToken) => Task.FromResult(Permission.Of(actor, deed, Standing.Of(actor.Role)));
    }

    private sealed class Warned : ILogger<ConfigurationReload>
    {
        public ConcurrentQueue<string> Warnings { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
            {
                Warnings.Enqueue(formatter(state, exception));
            }
        }
    }
}
