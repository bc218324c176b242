namespace Dashboard.Browser.Tests;

/// <summary>"Can I use it without a mouse?" — from the first page to a job and back by keys alone.</summary>
public sealed class CanIUseItWithoutAMouseTests(IncidentDashboard incident) : Journey
{
    [Fact]
    public async Task Keys_lead_from_the_first_page_over_the_list_to_a_job_and_back()
    {
        var page = (await OpenAsync(incident.Dashboard, "/")).Page;

        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("j");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Jobs", Level = 1 })).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("/");
        await Expect(page.GetByRole(AriaRole.Searchbox)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("state:failing");
        await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(5);
        await page.Keyboard.PressAsync("Escape");

        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("k");
        await page.Keyboard.PressAsync("j");
        var second = page.Locator("tr[data-row]").Nth(1).GetByRole(AriaRole.Link).First;
        var name = await second.TextContentAsync();
        await Expect(second).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(name!);

        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("n");
        await Expect(page).ToHaveURLAsync(incident.Dashboard.Url.AbsoluteUri);
    }

    [Fact]
    public async Task A_question_mark_lists_the_keys_and_Escape_closes_the_list()
    {
        var page = (await OpenAsync(incident.Dashboard, "/jobs")).Page;

        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");

        await Expect(page.GetByRole(AriaRole.Dialog)).Not.ToBeVisibleAsync();
    }

    [Fact]
    public async Task Letters_typed_into_the_search_line_are_letters()
    {
        var page = (await OpenAsync(incident.Dashboard, "/jobs")).Page;

        await page.GetByRole(AriaRole.Searchbox).FocusAsync();
        await page.Keyboard.TypeAsync("gjk?/x");

        await Expect(page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("gjk?/x");
        await Expect(page.GetByRole(AriaRole.Dialog)).Not.ToBeVisibleAsync();
    }
}
