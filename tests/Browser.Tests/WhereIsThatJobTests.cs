
namespace Dashboard.Browser.Tests;

/// <summary>"Where is that job?" — searching, filtering and sorting, all of it in the address.</summary>
public sealed class WhereIsThatJobTests(IncidentDashboard incident) : Journey
{
    [Fact]
    public async Task What_was_searched_filtered_and_sorted_is_in_the_address_and_a_reload_shows_the_same()
    {
        var page = (await OpenAsync(incident.Dashboard, "/jobs")).Page;
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Filter by state" }).GetByRole(AriaRole.Link, new() { Name = "Failing" }).ClickAsync();
        await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(5);
        await page.GetByRole(AriaRole.Columnheader, new() { Name = "Failures" }).GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page).ToHaveURLAsync(Address("/jobs?state=failing&sort=-errors"));
        await page.GetByRole(AriaRole.Searchbox).FillAsync("matview");
        await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(1);
        await Expect(page).ToHaveURLAsync(Address("/jobs?q=matview&state=failing&sort=-errors"));

        await page.ReloadAsync();
        await page.LiveAsync();

        await Expect(page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("matview");
        await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(1);
        await Expect(page.Job("adu-matview")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Going_back_undoes_one_choice_after_the_other()
    {
        var page = (await OpenAsync(incident.Dashboard, "/jobs")).Page;
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Filter by state" }).GetByRole(AriaRole.Link, new() { Name = "Stuck lock" }).ClickAsync();
        await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(2);
        await page.Job("ftpscraper").GetByRole(AriaRole.Link, new() { Name = "ftpscraper" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("ftpscraper");

        await page.GoBackAsync();
        await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(2);
        await page.GoBackAsync();
        await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(20);
    }

    [Fact]
    public async Task Sorting_by_failures_puts_the_longest_streak_on_top_and_a_second_click_turns_it_round()
    {
        var page = (await OpenAsync(incident.Dashboard, "/jobs")).Page;
        var heading = page.GetByRole(AriaRole.Columnheader, new() { Name = "Failures" });

        await heading.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(heading).ToHaveAttributeAsync("aria-sort", "descending");
        await Expect(page.Locator("tr[data-row]").First).ToContainTextAsync("suspicious-crashes");
        await heading.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(heading).ToHaveAttributeAsync("aria-sort", "ascending");
        await Expect(page.Locator("tr[data-row]").Last).ToContainTextAsync("suspicious-crashes");
    }

    [Theory]
    [InlineData("state:stuck-lock", 2)]
    [InlineData("dep:reports-clean", 8)]
    [InlineData("error:AssertionError", 1)]
    [InlineData("job:matview state:failing", 1)]
    public async Task A_search_with_qualifiers_finds_exactly_what_it_means(string search, int found)
    {
        var page = (await OpenAsync(incident.Dashboard, $"/jobs?q={Uri.EscapeDataString(search)}")).Page;

        await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(found);
    }

    [Fact]
    public async Task A_qualifier_nobody_knows_is_explained_where_it_was_typed()
    {
        var page = (await OpenAsync(incident.Dashboard, "/jobs")).Page;

        await page.GetByRole(AriaRole.Searchbox).FillAsync("colour:red");

        await Expect(page.GetByRole(AriaRole.Searchbox)).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.Locator("#search-problems")).ToContainTextAsync("colour");
    }

    [Fact]
    public async Task Every_job_of_the_bad_night_opens_by_its_link_whatever_its_name()
    {
        var page = (await OpenAsync(incident.Dashboard, "/jobs")).Page;
        foreach (var name in (string[])["O'Reilly; DROP TABLE crontabber;-- 100%\t\\{a,b}", "<b>&\"bold\"'</b>", "résumé-日本-☃"])
        {
            await page.Locator("tr[data-row] th a").Filter(new() { HasText = name }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(name);

            await page.ReloadAsync();
            await page.LiveAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(name);
            await page.GotoAsync(new Uri(incident.Dashboard.Url, "/jobs").AbsoluteUri);
            await page.LiveAsync();
        }
    }

    [Theory]
    [InlineData("a/b/../c")]
    [InlineData("..")]
    [InlineData("/")]
    [InlineData("with space + plus & and ?question#hash%2F")]
    [InlineData("\\back\\slash")]
    [InlineData("عربي‮rtl")]
    [InlineData("👩‍👩‍👧‍👦")]
    [InlineData(" leading and trailing ")]
    public async Task A_name_that_is_hostile_to_addresses_opens_by_its_link_and_by_a_reload(string name)
    {
        var dashboard = Keep(await RunningDashboard.StartAsync("crontabber-healthy"));
        await dashboard.ExecuteAsync($"insert into crontabber (app_name, next_run, error_count, depends_on, last_error) values ({Scheduler.Text(name)}, now() - interval '1 hour', 0, '{{}}', '{{}}')");
        var page = (await OpenAsync(dashboard, "/jobs")).Page;

        await page.Locator($"tr[data-row] th a[title=\"{name.Replace("\\", "\\\\", StringComparison.Ordinal)}\"]").ClickAsync();
        await Expect(page).Not.ToHaveURLAsync(new Uri(dashboard.Url, "/jobs").AbsoluteUri);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(name.Trim());
        await page.ReloadAsync();
        await page.LiveAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(name.Trim());
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("Overdue");
    }

    private string Address(string page) => new Uri(incident.Dashboard.Url, page).AbsoluteUri;
}
