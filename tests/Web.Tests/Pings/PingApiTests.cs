using System.Net;
using System.Text;
using System.Text.Json;
using Dashboard.Core.Access;
using Dashboard.Core.Feeds;
using Dashboard.Core.Pings;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Pings;

/// <summary>Whatever can ask for an address can say how it went.</summary>
public sealed class PingApiTests : IAsyncLifetime
{
    private RunningDashboard dashboard = null!;
    private string key = "";
    private string viewer = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        dashboard = await RunningDashboard.StartAsync("crontabber-healthy", "poll");
        (key, viewer) = (await KeyAsync("ingest"), await KeyAsync("viewer"));
    }

    public async ValueTask DisposeAsync() => await dashboard.DisposeAsync();

    [Fact]
    public async Task A_run_that_began_and_ended_is_known_with_how_long_it_took_and_how_it_ended()
    {
        await TakenAsync("backup/start");
        Assert.Equal(PingState.Running, (await KnownAsync("backup", _ => true)).State);
        await TakenAsync("backup/log", "half of it");
        await TakenAsync("backup/3", "no space left, password=hunter2");

        var failed = await KnownAsync("backup", ping => ping.State is PingState.Failed);
        Assert.Equal((3, null), (failed.ExitCode, failed.SucceededAt));
        Assert.True(failed.Took >= TimeSpan.Zero);
        Assert.StartsWith("no space left", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failed.Message, StringComparison.Ordinal);

        await TakenAsync("backup");
        var well = await KnownAsync("backup", ping => ping.State is PingState.Succeeded);
        Assert.Equal((null, null, null), (well.ExitCode, well.Took, well.Message));
    }

    [Fact]
    public async Task Runs_that_overlap_are_told_apart_by_what_they_call_themselves()
    {
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        await TakenAsync($"backup/start?rid={first}");
        await TakenAsync($"backup/start?rid={second}");
        await TakenAsync($"backup?rid={first}");
        var running = await KnownAsync("backup", ping => ping.SucceededAt is not null);
        Assert.Equal((PingState.Running, null), (running.State, running.Took));

        await TakenAsync($"backup/0?rid={second}");
        Assert.NotNull((await KnownAsync("backup", ping => ping.State is PingState.Succeeded)).Took);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("POST")]
    public async Task It_may_be_asked_in_any_way_and_says_OK_once_it_is_kept(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Address("by-" + method));
        using var answer = await dashboard.Anonymous.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("10000", answer.Headers.GetValues("Ping-Body-Limit").Single());
        Assert.Equal(method == "HEAD" ? "" : "OK", await answer.Content.ReadAsStringAsync(Stop));
        await KnownAsync("by-" + method, ping => ping.State is PingState.Succeeded);
    }

    [Fact]
    public async Task A_long_body_is_taken_and_its_beginning_kept()
    {
        await TakenAsync("long", new string('x', 500_000));
        Assert.InRange((await KnownAsync("long", _ => true)).Message!.Length, 1_000, 2_000);
        await TakenAsync("whole-log", new string('x', 5_000_000));
    }

    [Fact]
    public async Task What_is_no_ping_is_refused_with_a_reason()
    {
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(key, "backup/256"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(key, "backup/begin"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(key, "back%20up"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(key, "backup?rid=7"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(key, "backup?sauce=x"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(key, "backup?source=nobody"));
        using var request = new HttpRequestMessage(HttpMethod.Delete, Address("backup"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await dashboard.Anonymous.SendAsync(request, Stop)).StatusCode);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("HEAD", "")]
    [InlineData("POST", "/")]
    public async Task An_address_without_a_name_says_what_is_missing(string method, string end)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"/ping/{key}{end}", UriKind.Relative));
        using var answer = await dashboard.Anonymous.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(method != "HEAD", (await answer.Content.ReadAsStringAsync(Stop)).Contains("/ping/KEY/NAME", StringComparison.Ordinal));
        using var stranger = await dashboard.Anonymous.GetAsync(new Uri($"/ping/x{end}", UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
    }

    [Fact]
    public async Task Only_a_key_that_may_tell_pings_and_it_opens_nothing_else()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("x", "backup"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(viewer, "backup"));
        using var browser = await dashboard.LoggedInAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(new Uri("/ping/x/backup", UriKind.Relative), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.Anonymous.GetAsync(new Uri($"/api/v1/pings?key={key}", UriKind.Relative), Stop)).StatusCode);
    }

    [Fact]
    public async Task Who_pings_too_often_is_told_when_to_come_back()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 600).Select(async _ =>
        {
            using var answer = await dashboard.Anonymous.GetAsync(Address("often"), Stop);
            return (answer.StatusCode, After: answer.Headers.RetryAfter?.Delta);
        }));
        Assert.All(answers, answer => Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.TooManyRequests]));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests), answer => Assert.True(answer.After >= TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_source_has_only_so_many_names()
    {
        await using (var fill = dashboard.Services.GetRequiredService<Dashboard.Core.Database.OwnDatabase>().Source.CreateCommand(
            $"insert into dashboard.ping (source, slug, last_at) select '{Source}', 'n' || n, now() from generate_series(1, {PingRule.MostSlugs}) n"))
        {
            await fill.ExecuteNonQueryAsync(Stop);
        }

        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(key, "one-more"));
        await TakenAsync("n7");
    }

    [Fact]
    public async Task Programs_read_what_pinged()
    {
        await TakenAsync("backup/1");
        await KnownAsync("backup", _ => true);
        using var answer = await dashboard.Client.GetAsync(new Uri($"/api/v1/pings?source={Source}", UriKind.Relative), Stop);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop));
        var ping = json.RootElement.GetProperty("pings")[0];
        Assert.Equal(("backup", "failed", 1), (ping.GetProperty("slug").GetString(), ping.GetProperty("state").GetString(), ping.GetProperty("exit_code").GetInt32()));
        Assert.NotNull(answer.Headers.ETag);
    }

    private string Source => dashboard.Services.GetRequiredService<Dashboard.Core.Sources.SourceDirectory>().All[0].Name;

    private Uri Address(string rest) => new($"/ping/{key}/{rest}", UriKind.Relative);

    private async Task TakenAsync(string rest, string? body = null)
    {
        using var answer = body is null ? await dashboard.Anonymous.GetAsync(Address(rest), Stop) : await dashboard.Anonymous.PostAsync(Address(rest), new StringContent(body, Encoding.UTF8), Stop);
        Assert.Equal("OK", await answer.Content.ReadAsStringAsync(Stop));
    }

    private async Task<HttpStatusCode> StatusAsync(string with, string rest, string? body = null)
    {
        using var answer = await dashboard.Anonymous.PostAsync(new Uri($"/ping/{with}/{rest}", UriKind.Relative), new StringContent(body ?? "", Encoding.UTF8), Stop);
        return answer.StatusCode;
    }

    private async Task<Ping> KnownAsync(string slug, Func<Ping, bool> holds)
    {
        var feed = dashboard.Services.GetRequiredService<Feed<PingsSnapshot>>();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        var found = await feed.WatchAsync(deadline.Token).FirstAsync(snapshot => snapshot.Find(Source, slug) is { } ping && holds(ping), deadline.Token);
        return found.Find(Source, slug)!;
    }

    private async Task<string> KeyAsync(string role) => (await dashboard.Services.GetRequiredService<ApiKeyQueries>().CreateAsync(role, role, null, "a test", Stop))!.Text;
}
