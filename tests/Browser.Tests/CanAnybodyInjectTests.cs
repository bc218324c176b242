using Dashboard.Core.Pings;
using Dashboard.Core.Retries;
using Dashboard.Core.Verdicts;
using Microsoft.Extensions.DependencyInjection;
using static Dashboard.Browser.Tests.Scheduler;

namespace Dashboard.Browser.Tests;

/// <summary>"Can a job's text do anything to me?" — every text column filled with markup that wants to run.</summary>
public sealed class CanAnybodyInjectTests : Journey
{
    private static readonly string[] Payloads =
    [
        "<script>window.__pwned=1</script>", "<img src=x onerror=window.__pwned=1>", "<svg onload=window.__pwned=1>", "<svg><script>window.__pwned=1</script></svg>",
        "\"><script>window.__pwned=1</script>", "'><script>window.__pwned=1</script>", "</title><script>window.__pwned=1</script>", "</script><script>window.__pwned=1</script>",
        "</textarea><script>window.__pwned=1</script>", "</style><script>window.__pwned=1</script>", "--><script>window.__pwned=1</script>", "<!--<script>window.__pwned=1</script>-->",
        "<body onload=window.__pwned=1>", "<iframe src=\"javascript:parent.__pwned=1\"></iframe>", "<iframe srcdoc=\"<script>parent.__pwned=1</script>\"></iframe>", "<a href=\"javascript:window.__pwned=1\">x</a>",
        "javascript:window.__pwned=1", "JaVaScRiPt:window.__pwned=1", "data:text/html,<script>window.__pwned=1</script>", "vbscript:msgbox(1)",
        "\" onmouseover=\"window.__pwned=1\" x=\"", "' onfocus='window.__pwned=1' autofocus='", "` onclick=window.__pwned=1 `", "x onload=window.__pwned=1",
        "<details open ontoggle=window.__pwned=1>", "<video><source onerror=window.__pwned=1></video>", "<audio src=x onerror=window.__pwned=1>", "<input autofocus onfocus=window.__pwned=1>",
        "<select autofocus onfocus=window.__pwned=1>", "<marquee onstart=window.__pwned=1>", "<object data=\"javascript:window.__pwned=1\">", "<embed src=\"javascript:window.__pwned=1\">",
        "<form action=\"javascript:window.__pwned=1\"><button>x</button></form>", "<base href=\"https://elsewhere.invalid/\">", "<meta http-equiv=refresh content=\"0;url=javascript:window.__pwned=1\">", "<link rel=stylesheet href=\"javascript:window.__pwned=1\">",
        "<style>@import 'javascript:window.__pwned=1';</style>", "<div style=\"background:url(javascript:window.__pwned=1)\">", "<math><mtext><script>window.__pwned=1</script></mtext></math>", "<template><script>window.__pwned=1</script></template>",
        "&lt;script&gt;window.__pwned=1&lt;/script&gt;", "&#60;script&#62;window.__pwned=1&#60;/script&#62;", "\\u003cscript\\u003ewindow.__pwned=1\\u003c/script\\u003e", "%3Cscript%3Ewindow.__pwned=1%3C/script%3E",
        "{{constructor.constructor('window.__pwned=1')()}}", "${window.__pwned=1}", "@(window.__pwned=1)", "<%= window.__pwned=1 %>", "<scr\tipt>window.__pwned=1</scr\tipt>", "<ｓcript>window.__pwned=1</ｓcript>",
        "\u202e<script>window.__pwned=1</script>", "/../../<script>window.__pwned=1</script>", "?q=<script>window.__pwned=1</script>#<script>", "<noscript><p title=\"</noscript><img src=x onerror=window.__pwned=1>\">",
    ];

    [Fact]
    public async Task Text_of_any_kind_in_any_column_stays_text_on_every_page()
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy");
        var dashboard = Keep(await RunningDashboard.StartAsync([new TestSource("demo", database)]));
        await dashboard.ExecuteAsync(string.Join(";\n", Payloads.SelectMany(Rows)));
        await dashboard.ExecuteAsync($"insert into crontabber (app_name, depends_on, error_count, last_error) values ('collector', array[{string.Join(", ", Payloads.Select(Text))}], 0, '{{}}')");
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => Payloads.All(payload => standings.Find(payload) is not null));

        var visit = await OpenAsync(dashboard, "/jobs");
        await NothingOfItIsMarkupAsync(visit.Page);
        Assert.Superset(Payloads.ToHashSet(StringComparer.Ordinal), (await visit.Page.Locator("tr[data-row] th a").AllTextContentsAsync()).ToHashSet(StringComparer.Ordinal));
        foreach (var address in (string[])["/", "/jobs/collector", $"/jobs?q={Uri.EscapeDataString(Payloads[0])}", $"/jobs?q={Uri.EscapeDataString(Payloads[4])}&sort={Uri.EscapeDataString(Payloads[0])}&source={Uri.EscapeDataString(Payloads[4])}"])
        {
            await visit.Page.GotoAsync(new Uri(dashboard.Url, address).AbsoluteUri);
            await visit.Page.LiveAsync();
            await NothingOfItIsMarkupAsync(visit.Page);
        }

        // The pages of the jobs themselves, through their links as a person would go.
        await visit.Page.GotoAsync(new Uri(dashboard.Url, "/jobs").AbsoluteUri);
        await visit.Page.LiveAsync();
        var names = (await visit.Page.Locator("tr[data-row] th a").AllTextContentsAsync()).ToList();
        foreach (var payload in Payloads.Where((_, i) => i % 4 == 0))
        {
            await visit.Page.Locator("tr[data-row] th a").Nth(names.IndexOf(payload)).ClickAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(payload);
            await NothingOfItIsMarkupAsync(visit.Page);
            await visit.Page.GoBackAsync();
            await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(names.Count);
        }
    }

    [Fact]
    public async Task What_executors_and_pings_tell_stays_text()
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy");
        var dashboard = Keep(await RunningDashboard.StartAsync([new TestSource("demo", database)]));
        var now = TimeProvider.System.GetUtcNow();
        await dashboard.TellAsync([.. Payloads.SelectMany((payload, place) => Told(payload, place % 3, now))]);
        var pings = dashboard.Services.GetRequiredService<IPingStore>();
        foreach (var (payload, place) in Payloads.Select((payload, place) => (payload, place)))
        {
            await pings.KeepAsync(new PingTold("demo", $"ping-{place}", PingKind.Fail, 1, null, payload), TestContext.Current.CancellationToken);
        }

        // A job of that name shows both on its page.
        await dashboard.ExecuteAsync($"insert into crontabber (app_name, depends_on, error_count, last_error) values ({Text(Payloads[0])}, '{{}}', 0, '{{}}')");
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.Find(Payloads[0]) is not null);
        var visit = await OpenAsync(dashboard, "/retries?window=24h&sources=all");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Pings" })).ToBeVisibleAsync();
        foreach (var summary in await visit.Page.Locator("li.streak summary").AllAsync())
        {
            await summary.EvaluateAsync("summary => summary.parentElement.open = true");
        }

        await NothingOfItIsMarkupAsync(visit.Page);
        Assert.Contains(Payloads[0], await visit.Page.Locator("main").TextContentAsync(), StringComparison.Ordinal);
        foreach (var address in (string[])["/", $"/jobs/{Uri.EscapeDataString(Payloads[0])}", $"/retries?resource={Uri.EscapeDataString(Payloads[1])}&window={Uri.EscapeDataString(Payloads[4])}"])
        {
            await visit.Page.GotoAsync(new Uri(dashboard.Url, address).AbsoluteUri);
            await visit.Page.LiveAsync();
            await NothingOfItIsMarkupAsync(visit.Page);
        }
    }

    // One that waits, one that gave up, one that was lost.
    private static IEnumerable<RetryEvent> Told(string payload, int end, DateTimeOffset now)
    {
        var failed = new RetryEvent
        {
            Id = Guid.NewGuid(),
            At = end == 2 ? now.AddMinutes(-20) : now.AddSeconds(-5),
            Who = new RetryTeller("demo", payload, payload, payload, payload),
            AppName = payload,
            RunId = payload,
            Backend = payload,
            Executor = ExecutorKind.Infinite,
            Attempt = 1,
            Outcome = RetryOutcome.Fail,
            ExceptionType = payload,
            ExceptionValue = payload,
            Code = payload,
            Delay = TimeSpan.FromSeconds(600),
            NextAttemptAt = end == 2 ? now.AddMinutes(-19) : now.AddMinutes(10),
        };
        yield return failed;
        if (end == 1)
        {
            yield return failed with { Id = Guid.NewGuid(), At = now, Attempt = 2, Outcome = RetryOutcome.GaveUp, Delay = null, NextAttemptAt = null };
        }
    }

    private static IEnumerable<string> Rows(string payload)
    {
        var error = System.Text.Json.JsonSerializer.Serialize(new { type = payload, value = payload, traceback = payload });
        yield return $"""
            insert into crontabber (app_name, next_run, first_run, last_run, error_count, depends_on, last_error)
            values ({Text(payload)}, now() + interval '5 minutes', now(), now(), 1, array[{Text(payload)}], {Text(error)}::json)
            """;
        foreach (var job in (string[])[payload, "collector"])
        {
            yield return $"""
                insert into crontabber_log (app_name, duration, exc_type, exc_value, exc_traceback)
                values ({Text(job)}, interval '1 second', {Text(payload)}, {Text(payload)}, {Text(payload)})
                """;
        }
    }

    // Markup that was taken for markup leaves one of these behind, whether or not it could run.
    private static async Task NothingOfItIsMarkupAsync(IPage page)
    {
        var strays = await page.EvaluateAsync<string[]>(
            """
            () => [
              ...[...document.scripts].filter(s => s.type !== 'importmap' && !s.src.startsWith(location.origin + '/')).map(s => s.outerHTML),
              ...[...document.querySelectorAll('iframe, object, embed, marquee, audio, video, img, math, textarea, template, base:not([href="/"]), meta[http-equiv]')].map(e => e.outerHTML),
              ...[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^on/i.test(a.name) || a.name === 'style')).map(e => e.outerHTML.slice(0, 200)),
              ...[...document.querySelectorAll('a')].filter(a => !a.href.startsWith(location.origin)).map(a => a.outerHTML),
            ]
            """);
        Assert.Empty(strays);
    }
}
