using System.Security.Claims;
using Bunit;
using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Reload;
using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Kit;
using Dashboard.Web.Settings;
using Dashboard.Web.Tests.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Web.Tests.Settings;

/// <summary>The page of settings and its button, with the real reading, reload and audit behind it.</summary>
public sealed class SettingsPageTests : PageTest, IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-settings-page-");
    private readonly Rights rights = new();
    private OwnDatabase own = null!;

    private static CancellationToken Stop => Xunit.TestContext.Current.CancellationToken;

    private string Conf => Path.Combine(folder.FullName, "own.ini");

    public async ValueTask InitializeAsync()
    {
        own = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await own.MigrateAsync(Stop);
        await File.WriteAllTextAsync(Conf, "[Runs]\nKeepDays=100\nKeepDay=1\n", Stop);
        var settings = SettingsStart.Read([$"--admin.conf={Conf}"]);
        var snapshots = new Feed<ConfigurationSnapshot>(new ConfigurationSnapshot(1, settings.First, Clock.GetUtcNow()));
        Provide(new SettingsDesk(rights, snapshots));
        Provide(new ConfigurationReload(settings.Sources, settings.Live, [], [], snapshots, rights, new DeedPace(Clock), new AuditQueries(own), TimeProvider.System, NullLogger<ConfigurationReload>.Instance));
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await own.DisposeAsync();
        folder.Delete(recursive: true);
        await base.DisposeAsync();
    }

    [Fact]
    public void Every_setting_stands_with_its_value_its_place_and_what_it_is_for_and_what_is_no_option_is_said()
    {
        var page = OnSettings();

        Assert.Equal("Settings: generation 1", page.Find("h1").TextContent);
        var row = page.FindAll("tr").Single(row => row.QuerySelector("th code")?.TextContent == "KeepDays" && row.QuerySelector(".from")!.TextContent.Contains("own.ini", StringComparison.Ordinal));
        Assert.Equal(("100", $"{Conf}:2"), (row.QuerySelector(".value")!.TextContent, row.QuerySelector(".from")!.ChildNodes[0].TextContent.Trim()));
        Assert.Contains("read at the start", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("For how many days before the newest run the dashboard keeps records of runs", row.TextContent, StringComparison.Ordinal);
        Assert.Contains($"{Conf}:3: 'Runs:KeepDay', which is no option. Expected: Runs:KeepDays, perhaps.", page.Markup.Replace("&#x27;", "'", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_looked_at_stands_in_the_address()
    {
        Navigation.NavigateTo("settings?q=keepdays&only=said");
        Assert.Equal(["KeepDays"], OnSettings().FindAll("tbody th code").Select(code => code.TextContent));
        Navigation.NavigateTo("settings?q=nothing-is-called-so");
        Assert.Contains("No setting is like that.", OnSettings().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_button_takes_over_what_is_right_and_says_why_what_is_wrong_was_not()
    {
        var page = OnSettings();
        await File.WriteAllTextAsync(Conf, "[Runs]\nKeepDays=often\n", Stop);
        await page.Find(".reload button").ClickAsync(new());
        Assert.Contains("Generation 1 stays in use.", page.Find("[role=status]").TextContent, StringComparison.Ordinal);
        Assert.Contains("own.ini:2: Runs:KeepDays = 'often'. Expected: a whole number from 1 to 36500.", page.Find("[role=status]").TextContent, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Conf, "[Runs]\nKeepDays=200\n", Stop);
        await page.Find(".reload button").ClickAsync(new());
        Assert.Equal("Settings: generation 2", page.Find("h1").TextContent);
        Assert.Contains("Accepted", page.Find("[role=status]").TextContent, StringComparison.Ordinal);
        Assert.Contains("Runs:KeepDays: 100 → 200, from the next start on", page.FindAll(".report li").Select(line => line.TextContent));
    }

    [Fact]
    public async Task Whose_role_was_taken_away_meanwhile_is_told_so_and_nothing_is_done()
    {
        var page = OnSettings();
        rights.Role = Role.Operator;
        await File.WriteAllTextAsync(Conf, "[Runs]\nKeepDays=200\n", Stop);
        await page.Find(".reload button").ClickAsync(new());

        Assert.Contains("Not done.", page.Find("[role=status]").TextContent, StringComparison.Ordinal);
        Assert.Equal("Settings: generation 1", page.Find("h1").TextContent);
        Assert.Contains("Settings are for admins.", OnSettings().Markup, StringComparison.Ordinal);
    }

    private IRenderedComponent<SettingsPage> OnSettings()
    {
        var claims = new ClaimsPrincipal(new ClaimsIdentity(
            [new(ClaimTypes.Name, "Ada"), new(ClaimTypes.Role, "admin"), new("dashboard:via", ActorVia.Link)], "test"));
        RenderTree.TryAdd<CascadingValue<Task<AuthenticationState>>>(builder => builder.Add(cascade => cascade.Value, Task.FromResult(new AuthenticationState(claims))));
        return On<SettingsPage>();
    }

    private sealed class Rights : IAuthority
    {
        public Role Role { get; set; } = Role.Admin;

        public Task<Permission> AskAsync(Actor actor, Deed deed, CancellationToken cancellationToken) => Task.FromResult(Permission.Of(actor, deed, Standing.Of(Role)));
    }
}
