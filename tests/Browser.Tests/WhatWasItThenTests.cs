using Dashboard.Core.Ledger;

namespace Dashboard.Browser.Tests;

/// <summary>"What was it then?" — the morning after, from a link to a moment through the pages as they were, and back to the present.</summary>
public sealed class WhatWasItThenTests(IncidentDashboard incident) : Journey
{
    [Fact]
    public async Task From_the_moment_to_the_graph_as_it_was_to_the_job_as_it_was_and_back()
    {
        await incident.Dashboard.UntilAsync<LedgerSnapshot>("demo", ledger => ledger.Incidents.Count > 0);
        var then = TimeProvider.System.GetUtcNow().AddMinutes(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var page = (await OpenAsync(incident.Dashboard, $"/?at={then}")).Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "The graph as it was then" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Graph, as of");
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("the lines are those of the present");
        await PictureAsync(page, "graph-then");
        var node = page.Locator("[data-node][href^='jobs/adu-matview?']");
        await Expect(node).ToContainTextAsync("Failing");

        await node.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("adu-matview, as of");
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("raw_adi not updated");

        await page.GetByRole(AriaRole.Link, new() { Name = "Show the present" }).ClickAsync();
        await Expect(page.Locator(".job-head")).ToContainTextAsync("adu-matview");
        Assert.DoesNotContain("at=", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_sought_in_a_graph_of_the_past_is_found_there()
    {
        await incident.Dashboard.UntilAsync<LedgerSnapshot>("demo", ledger => ledger.Incidents.Count > 0);
        var then = TimeProvider.System.GetUtcNow().AddMinutes(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var page = (await OpenAsync(incident.Dashboard, $"/graph?at={then}")).Page;

        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Find in the graph" }).FillAsync("reports");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("svg.graph.seeking .node.sought").First).ToContainTextAsync("reports");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("as of");
    }
}
