using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Access;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Examples;
using Dashboard.Kit;
using Dashboard.Web.Tests.Security;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Live;

public sealed class LiveHubTests(SharedDashboard shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_gets_everything_then_what_changed_and_both_are_what_the_api_says()
    {
        await using var dashboard = await RunningDashboard.StartAsync("crontabber-healthy", "poll");
        await ReadyAsync(dashboard);
        await using var watch = await Watch.OpenAsync(dashboard);
        var first = await watch.NextAsync();
        Assert.Equal(("snapshot", JsonValueKind.Null), (Text(first, "kind"), first.GetProperty("from").ValueKind));

        await dashboard.ExecuteAsync("update crontabber set error_count = 3, last_error = '{\"type\": \"<class ''KeyError''>\", \"value\": \"''x''\", \"traceback\": \"\"}' where app_name = 'server-status'; delete from crontabber where app_name = 'ftpscraper'");
        await watch.UntilAsync(board => !board.ContainsKey("ftpscraper") && board.TryGetValue("server-status", out var job) && job.GetProperty("error_count").GetInt32() == 3);

        await AssertSameAsApiAsync(dashboard, watch);
        Assert.All(watch.Messages.Skip(1), message => Assert.Equal("difference", Text(message, "kind")));
        Assert.All(watch.Messages.Zip(watch.Messages.Skip(1)), pair => Assert.Equal(pair.First.GetProperty("sequence").GetInt64(), pair.Second.GetProperty("from").GetInt64()));
    }

    [Fact]
    public async Task Whatever_changes_in_whatever_order_the_copy_ends_as_the_api_does()
    {
        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"), "poll")], services: Frozen);
        var feed = dashboard.Services.GetRequiredService<SourceFeeds<StandingsSnapshot>>().Of("demo");
        feed.Publish(Standings(1, []));
        await using var watch = await Watch.OpenAsync(dashboard);
        var random = new Random(20140904);
        var jobs = new Dictionary<string, JobStanding>(StringComparer.Ordinal);

        for (var sequence = 2L; sequence <= 400; sequence++)
        {
            for (var changes = random.Next(0, 6); changes >= 0; changes--)
            {
                var name = $"job {random.Next(40)} \"☃\"";
                if (random.Next(4) == 0)
                {
                    jobs.Remove(name);
                }
                else
                {
                    jobs[name] = Standing(name, random.Next(100));
                }
            }

            feed.Publish(Standings(sequence, jobs.Values));
            if (random.Next(5) == 0)
            {
                await watch.UntilSequenceAsync(sequence);
            }

            if (random.Next(40) == 0)
            {
                await watch.Hub.InvokeAsync("Resync", Stop);
            }
        }

        await watch.UntilSequenceAsync(400);
        await AssertSameAsApiAsync(dashboard, watch);
        Assert.Contains(watch.Messages.Skip(1), message => Text(message, "kind") == "snapshot");
    }

    [Fact]
    public async Task A_slow_program_gets_fewer_messages_and_the_same_end()
    {
        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"), "poll")], services: Frozen);
        var feed = dashboard.Services.GetRequiredService<SourceFeeds<StandingsSnapshot>>().Of("demo");
        var padding = new string('x', 900);
        feed.Publish(Standings(1, Enumerable.Range(0, 500).Select(i => Standing($"job {i}", 0, padding))));
        using var slow = await RawWatch.OpenAsync(dashboard, Stop);
        await using var quick = await Watch.OpenAsync(dashboard);
        await quick.UntilSequenceAsync(1);

        const long Last = 24;
        for (var sequence = 2L; sequence <= Last; sequence++)
        {
            var errors = (int)sequence;
            feed.Publish(Standings(sequence, Enumerable.Range(0, 500).Select(i => Standing($"job {i}", errors, padding))));
            await quick.UntilSequenceAsync(sequence);
        }

        // Only now does it begin to read: what was waiting on the way, and then one difference over all the rest.
        var messages = await slow.ReadUntilAsync(Last, Stop);
        Assert.InRange(messages.Count, 2, (int)Last / 2);
        Assert.All(messages.Zip(messages.Skip(1)), pair => Assert.Equal(pair.First.GetProperty("sequence").GetInt64(), pair.Second.GetProperty("from").GetInt64()));
        Assert.All(messages[^1].GetProperty("jobs").EnumerateArray(), job => Assert.Equal(Last, job.GetProperty("error_count").GetInt64()));
        Assert.Equal(Last, quick.Messages.Count);
        await AssertSameAsApiAsync(dashboard, quick);
    }

    [Fact]
    public async Task After_a_loss_a_program_goes_on_from_what_it_has_and_a_stranger_number_gets_everything()
    {
        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"), "poll")], services: Frozen);
        var feed = dashboard.Services.GetRequiredService<SourceFeeds<StandingsSnapshot>>().Of("demo");
        feed.Publish(Standings(7, [Standing("stays", 0), Standing("changes", 0), Standing("goes", 0)]));
        string instance;
        await using (var lost = await Watch.OpenAsync(dashboard))
        {
            instance = Text(await lost.NextAsync(), "instance")!;
        }

        feed.Publish(Standings(8, [.. feed.Newest.Jobs.Where(job => job.Job.Name == "stays"), Standing("changes", 1)]));

        await using var again = await Watch.OpenAsync(dashboard, new { source = "demo", instance, sequence = 7 });
        var difference = await again.NextAsync();
        Assert.Equal(("difference", 7, 8), (Text(difference, "kind"), difference.GetProperty("from").GetInt64(), difference.GetProperty("sequence").GetInt64()));
        Assert.Equal(["changes"], difference.GetProperty("jobs").EnumerateArray().Select(job => Text(job, "app_name")));
        Assert.Equal(["goes"], difference.GetProperty("removed").EnumerateArray().Select(name => name.GetString()));

        foreach (var unknown in (object[])[new { source = "demo", instance, sequence = 3 }, new { source = "demo", instance = "another", sequence = 7 }, new { source = "demo", instance, sequence = long.MaxValue }])
        {
            await using var stranger = await Watch.OpenAsync(dashboard, unknown);
            Assert.Equal("snapshot", Text(await stranger.NextAsync(), "kind"));
        }
    }

    [Fact]
    public async Task The_status_of_the_source_comes_too_even_when_no_job_changed()
    {
        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"), "poll")], services: Frozen);
        var status = dashboard.Services.GetRequiredService<SourceFeeds<SourceStatus>>().Of("demo");
        await using var watch = await Watch.OpenAsync(dashboard);
        Assert.Equal("waiting", Text(await watch.NextAsync(), "kind"));

        dashboard.Services.GetRequiredService<SourceFeeds<StandingsSnapshot>>().Of("demo").Publish(Standings(1, [Standing("a", 0)]));
        Assert.Equal("snapshot", Text(await watch.NextAsync(), "kind"));
        status.Publish(status.Newest with { State = SourceState.Stale, Trouble = "It is gone.", TroubleSince = DateTimeOffset.UnixEpoch });

        var message = await watch.NextAsync();
        Assert.Equal(("difference", 0, "stale"), (Text(message, "kind"), message.GetProperty("jobs").GetArrayLength(), Text(message.GetProperty("source"), "state")));
    }

    [Fact]
    public async Task A_second_watch_of_a_connection_ends_the_first()
    {
        var dashboard = shared.Running;
        await using var watch = await Watch.OpenAsync(dashboard);
        await watch.NextAsync();
        var second = watch.Hub.StreamAsync<JsonElement>("Watch", new { source = "demo" }, Stop);
        await using var messages = second.GetAsyncEnumerator(Stop);
        Assert.True(await messages.MoveNextAsync());
        Assert.Equal("snapshot", Text(messages.Current, "kind"));
        await watch.EndedAsync();
    }

    [Fact]
    public async Task An_unknown_source_is_an_error_that_names_the_known_ones()
    {
        await using var watch = await Watch.OpenAsync(shared.Running, new { source = "nowhere" });
        var error = await Assert.ThrowsAnyAsync<Exception>(watch.NextAsync);
        Assert.Contains("Known: demo", error.InnerException?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_key_is_told_nothing_more()
    {
        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"), "poll")], services: Frozen);
        var feed = dashboard.Services.GetRequiredService<SourceFeeds<StandingsSnapshot>>().Of("demo");
        var keys = dashboard.Services.GetRequiredService<ApiKeyQueries>();
        var key = await keys.CreateAsync("board", "viewer", null, "a test", Stop);
        feed.Publish(Standings(1, [Standing("a", 0)]));
        await using var watch = await Watch.OpenAsync(dashboard, key: key!.Text);
        await watch.NextAsync();

        await keys.RevokeAsync("board", "a test", Stop);
        var sequence = 1L;
        while (!watch.IsOver)
        {
            Assert.InRange(sequence, 1, 300);
            feed.Publish(Standings(++sequence, [Standing("a", (int)sequence)]));
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
        }
    }

    [Fact]
    public async Task The_dotnet_example_of_the_documentation_works()
    {
        await using var dashboard = await RunningDashboard.StartAsync("crontabber-healthy", "poll");
        await ReadyAsync(dashboard);
        var board = new LiveBoard(dashboard.Url, dashboard.Key);
        var healed = new TaskCompletionSource();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var changing = false;
        var watching = board.WatchAsync(
            () =>
            {
                if (board.Jobs.Count > 0 && !changing)
                {
                    changing = true;
                    _ = dashboard.ExecuteAsync("update crontabber set error_count = 9 where app_name = 'ftpscraper'");
                }

                if (board.Jobs.TryGetValue("ftpscraper", out var job) && job.GetProperty("error_count").GetInt32() == 9)
                {
                    healed.TrySetResult();
                }
            },
            over.Token);

        await healed.Task.WaitAsync(RunningDashboard.Deadline, Stop);
        Assert.Equal("live", Text(board.Source, "state"));
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    [Fact]
    public async Task The_javascript_example_of_the_documentation_works()
    {
        await using var dashboard = await RunningDashboard.StartAsync("crontabber-healthy", "poll");
        await ReadyAsync(dashboard);
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--experimental-websocket", Path.Combine(AppContext.BaseDirectory, "Examples", "live-board.mjs"), dashboard.Url.AbsoluteUri, dashboard.Key, "demo"])
        {
            start.ArgumentList.Add(argument);
        }

        using var node = Process.Start(start)!;
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            deadline.CancelAfter(RunningDashboard.Deadline);
            var said = new List<string>();
            while (await node.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                said.Add(line);
                if (said.Count == 1)
                {
                    await dashboard.ExecuteAsync("update crontabber set ongoing = now() where app_name = 'ftpscraper'");
                }

                if (line.Contains("[\"ftpscraper\",\"running\"]", StringComparison.Ordinal))
                {
                    break;
                }
            }

            Assert.Contains("[\"ftpscraper\",\"running\"]", said[^1], StringComparison.Ordinal);
            Assert.Contains("\"state\":\"live\"", said[0], StringComparison.Ordinal);
        }
        finally
        {
            node.Kill();
        }
    }

    [Theory]
    [InlineData("LiveBoard.cs")]
    [InlineData("live-board.mjs")]
    public async Task The_documentation_shows_the_examples_as_they_are_run(string file)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Examples");
        Assert.Contains((await File.ReadAllTextAsync(Path.Combine(folder, file), Stop)).Trim(), await File.ReadAllTextAsync(Path.Combine(folder, "live-hub.md"), Stop), StringComparison.Ordinal);
    }

    // The test alone publishes.
    private static void Frozen(IServiceCollection services)
    {
        foreach (var service in services.Where(service => service.ServiceType == typeof(Microsoft.Extensions.Hosting.IHostedService)
            && service.ImplementationType is { } type && (type == typeof(StandingsMonitor) || type.Name == "SourceWatch")).ToList())
        {
            services.Remove(service);
        }
    }

    private static JobStanding Standing(string name, int errors, string because = "Because.") => new(
        new Job { Name = name, ErrorCount = errors }, JobHistory.None, errors == 0 ? JobState.Waiting : JobState.Failing, because, null);

    private static StandingsSnapshot Standings(long sequence, IEnumerable<JobStanding> jobs) => new()
    {
        Source = "demo",
        Jobs = [.. jobs.OrderBy(job => job.Job.Name, StringComparer.Ordinal)],
        AsOf = DateTimeOffset.UnixEpoch.AddSeconds(sequence),
        Sequence = sequence,
    };

    private static Task<StandingsSnapshot> ReadyAsync(RunningDashboard dashboard) => dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings is { AsOf: not null, RunsWhole: true });

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();

    private static async Task AssertSameAsApiAsync(RunningDashboard dashboard, Watch watch)
    {
        var api = await dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs", Stop);
        await watch.UntilSequenceAsync(api.GetProperty("sequence").GetInt64());
        var copy = watch.Board.OrderBy(job => job.Key, StringComparer.Ordinal).Select(job => job.Value).ToList();
        Assert.Equal(api.GetProperty("jobs").GetArrayLength(), copy.Count);
        Assert.All(api.GetProperty("jobs").EnumerateArray().Zip(copy), pair => Assert.True(JsonElement.DeepEquals(pair.First, pair.Second), $"{pair.First} is not {pair.Second}"));
        Assert.Equal(api.GetProperty("counts").ToString(), watch.Messages[^1].GetProperty("source").GetProperty("counts").ToString());
    }
}
