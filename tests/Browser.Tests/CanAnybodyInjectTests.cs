using Dashboard.Core.Pings;
using Dashboard.Core.Retries;
using Dashboard.Core.Verdicts;
using Microsoft.Extensions.DependencyInjection;
using static Dashboard.Browser.Tests.Scheduler;

namespace Dashboard.Browser.Tests;

/// <summary>"Can a job's text do anything to me?" — every text column filled with markup that wants to run.</summary>
public sealed class CanAnybodyInjectTests : Journey
{
    private static readonly IReadOnlyList<string> Payloads = HostileTexts.Kinds;

    /// <summary>Every page there is, but those of one job, group, plan or operation: <c>{0}</c> takes a text.</summary>
    private static readonly string[] Pages =
    [
        "/", "/jobs", "/jobs/collector", "/jobs?q={0}", "/jobs?q={0}&sort={0}&source={0}", "/backfill", "/backfill?show=all", "/graph", "/graph?focus={0}&hops=1", "/failures", "/failures?q={0}", "/retries", "/retries?resource={0}&window={0}",
        "/stores", "/activity", "/activity?who={0}&kind={0}&job={0}", "/operations", "/settings", "/settings/access", "/jobs/{0}", "/failures/{0}", "/not-found",
    ];

    [Fact]
    public async Task Text_of_any_kind_in_any_column_stays_text_on_every_page()
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy");
        var dashboard = Keep(await RunningDashboard.StartAsync([new TestSource("demo", database)]));
        await dashboard.ExecuteAsync(string.Concat(Payloads.Select(HostileTexts.RowsSql)));
        await dashboard.ExecuteAsync($"insert into crontabber (app_name, depends_on, error_count, last_error) values ('collector', array[{string.Join(", ", Payloads.Select(Text))}], 0, '{{}}')");
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => Payloads.All(payload => standings.Find(payload) is not null));

        var visit = await OpenAsync(dashboard, "/jobs");
        await NothingOfItIsMarkupAsync(visit.Page);
        Assert.Superset(Payloads.ToHashSet(StringComparer.Ordinal), (await visit.Page.Locator("tr[data-row] th a").AllTextContentsAsync()).ToHashSet(StringComparer.Ordinal));
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
    public void No_page_is_left_out()
    {
        var unvisited = typeof(Program).Assembly.GetTypes()
            .SelectMany(type => type.GetCustomAttributes(typeof(Microsoft.AspNetCore.Components.RouteAttribute), inherit: false).Cast<Microsoft.AspNetCore.Components.RouteAttribute>())
            .Select(route => route.Template)
            .Where(template => !Pages.Concat(["/act/{0}", "/operations/{0}", "/login", "/logout"]).Any(page => Fits(page.Split('?')[0], template)));
        Assert.Empty(unvisited);
    }

    /// <summary>More than two thousand, as names, parents and errors of jobs and, a part of them, as what people said of jobs; every page, before and after its circuit is there.</summary>
    [Fact]
    public async Task Two_thousand_texts_stay_texts_on_every_page_live_and_before_it_is()
    {
        Assert.InRange(HostileTexts.All.Count, 2_000, 3_000);
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy");
        var dashboard = Keep(await RunningDashboard.StartAsync([new TestSource("demo", database)]));
        foreach (var some in HostileTexts.All.Chunk(200))
        {
            await dashboard.ExecuteAsync(string.Concat(some.Select(HostileTexts.RowsSql)));
        }

        await dashboard.ExecuteAsync($"insert into crontabber (app_name, depends_on, error_count, last_error) values ('collector', array[{string.Join(", ", HostileTexts.All.Take(500).Select(Text))}], 0, '{{}}')");
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.Jobs.Count > HostileTexts.All.Count);
        var (plan, operation) = await SaidAsync(dashboard);
        var live = await EnterAsync(dashboard);
        var before = await VisitAsync(new() { JavaScriptEnabled = false });
        await before.Page.GotoAsync(dashboard.LoginUrl("/", Core.Access.Role.Admin).AbsoluteUri);
        foreach (var page in Pages.Append($"/act/{plan}").Append($"/operations/{operation}"))
        {
            foreach (var text in page.Contains("{0}", StringComparison.Ordinal) ? HostileTexts.All.Where((_, place) => place % 700 == 0) : [""])
            {
                var address = new Uri(dashboard.Url, page.Replace("{0}", Uri.EscapeDataString(text), StringComparison.Ordinal)).AbsoluteUri;
                live.Expect("404");
                await live.Page.GotoAsync(address);
                if (!page.StartsWith("/act/", StringComparison.Ordinal))
                {
                    await live.Page.LiveAsync();
                }

                await NothingOfItIsMarkupAsync(live.Page);
                await before.Page.GotoAsync(address);
                await NothingOfItIsMarkupAsync(before.Page);
            }
        }

        Assert.Contains(HostileTexts.Kinds[0], await before.Page.Locator("main").TextContentAsync(), StringComparison.Ordinal);
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

    // A page's path against a template, part by part; a parameter fits anything.
    private static bool Fits(string path, string template)
    {
        var (parts, wanted) = (path.Trim('/').Split('/'), template.Trim('/').Split('/'));
        return parts.Length == wanted.Length && parts.Zip(wanted).All(pair => pair.Second.StartsWith('{') || pair.First == pair.Second);
    }

    // People say things too: reasons of an action, of a hold and of an operation, a key's name.
    private static async Task<(Guid Plan, Guid Operation)> SaidAsync(RunningDashboard dashboard)
    {
        var stop = TestContext.Current.CancellationToken;
        var who = Core.Access.Actor.AtTerminal(Payloads[0]);
        var actions = dashboard.Services.GetRequiredService<Core.Actions.OperatorActions>();
        Guid plan = default;
        foreach (var payload in Payloads.Take(12))
        {
            var planned = (await actions.PlanAsync(who, new Core.Actions.ActionWish(Core.Actions.ActionKind.Acknowledge, "demo", payload), null, stop)).Value!;
            plan = planned.Id;
            Assert.Equal(Core.Actions.ActionOutcome.Done, (await actions.CommitAsync(who, plan, payload, payload, stop)).Value!.Outcome);
        }

        var operation = (await dashboard.Services.GetRequiredService<Core.Actions.Operations.OperatorOperations>().MakeAsync(who, "demo", Core.Actions.ActionKind.Acknowledge, [.. Payloads], Payloads[4], null, stop)).Value!.Id;
        await dashboard.Services.GetRequiredService<Core.Access.AccessDesk>().MakeKeyAsync(who, Payloads[1], "viewer", TimeSpan.FromDays(2), stop);
        return (plan, operation);
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

    private async Task<Visit> EnterAsync(RunningDashboard dashboard)
    {
        var visit = await VisitAsync();
        await visit.Page.GotoAsync(dashboard.LoginUrl("/", Core.Access.Role.Admin).AbsoluteUri);
        return visit;
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
              ...[...document.querySelectorAll('a[href]')].filter(a => new URL(a.getAttribute('href'), document.baseURI).origin !== location.origin).map(a => a.outerHTML),
            ]
            """);
        Assert.Empty(strays);
    }
}
