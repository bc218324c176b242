using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Operations;
using Dashboard.Core.Database;
using Dashboard.Core.Ledger;
using Dashboard.Kit;
using Dashboard.Web.Settings;
using Dashboard.Web.Tests.Actions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Web.Tests.Security;

/// <summary>
/// Frames of a circuit forged one by one: events of every handler a page could have, buttons that were not drawn, methods and objects nobody was given, components of other
/// people's pages. No row changes, here or in the scheduler's tables, and where a deed was reached its refusal is in the audit.
/// </summary>
public sealed class ForgedFramesTests : IAsyncLifetime
{
    /// <summary>No page here has more handlers; they are counted from one.</summary>
    private const int Handlers = 400;

    private RunningDashboard dashboard = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SessionQueries Sessions => dashboard.Services.GetRequiredService<SessionQueries>();

    public async ValueTask InitializeAsync() => dashboard = await ActingDashboard.StartAsync();

    public ValueTask DisposeAsync() => dashboard.DisposeAsync();

    [Theory]
    [InlineData("/jobs", "server-status")]
    [InlineData("/jobs/server-status", "server-status")]
    [InlineData("/failures", "Failures")]
    [InlineData("/graph", "server-status")]
    public async Task A_viewer_who_sets_off_everything_a_page_could_have_changes_nothing(string page, string drawn)
    {
        var cookie = await CookieAsync(Role.Viewer);
        var before = await RowsAsync();
        await using var circuit = await Circuit.OpenAsync(dashboard, cookie, page);
        await circuit.SeesAsync(drawn);

        var went = await SetOffAsync(circuit, Enumerable.Range(1, Handlers));

        Assert.False(circuit.IsCut);
        Assert.True(went > 0, "No handler was reached: then this proves nothing.");
        Assert.Equal(before, await RowsAsync());

        // The pages of an admin, asked for from within.
        foreach (var elsewhere in (string[])["/settings", "/settings/access"])
        {
            await circuit.SendAsync("OnLocationChanged", new Uri(dashboard.Url, elsewhere).AbsoluteUri, null, false);
        }

        await circuit.SeesAsync("You see everything and change nothing");
        Assert.False(circuit.Sees("Make a key"));
        Assert.False(circuit.Sees("Read the configuration again"));
        Assert.Equal(before, await RowsAsync());
    }

    /// <summary>The buttons were drawn for an admin; by the time they are pressed there is only a viewer. Both ways round, for one of the buttons ends the own session.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Buttons_drawn_for_an_admin_are_nothing_in_the_hands_of_a_viewer(bool fromTheEnd)
    {
        var keys = dashboard.Services.GetRequiredService<ApiKeyQueries>();
        await keys.CreateAsync("wallboard", "viewer", TimeSpan.FromDays(9), "a test", Stop);
        var cookie = await CookieAsync(Role.Admin);
        var mine = Assert.Single(await Sessions.LiveAsync(Stop));
        _ = await CookieAsync(Role.Operator);
        var another = Assert.Single(await Sessions.LiveAsync(Stop), session => session.Id != mine.Id);
        await using var circuit = await Circuit.OpenAsync(dashboard, cookie, "/settings/access");
        await circuit.SeesAsync("Revoke the key wallboard");
        await Sessions.SetRoleAsync(mine.Id, Role.Viewer, Stop);
        var (before, kept) = (await RowsAsync(), await KeysAsync());

        await SetOffAsync(circuit, fromTheEnd ? Enumerable.Range(1, Handlers).Reverse() : Enumerable.Range(1, Handlers));

        Assert.Equal(before, await RowsAsync());
        Assert.Equal(kept, await KeysAsync());
        Assert.Contains(await Sessions.LiveAsync(Stop), session => session.Id == another.Id);
        using var viewer = await dashboard.KeyedAsync("viewer");
        var denied = JsonDocument.Parse(await viewer.GetStringAsync(new Uri("/api/v1/activity?event=denied", UriKind.Relative), Stop)).RootElement.GetProperty("lines");
        Assert.Contains(denied.EnumerateArray(), line => line.GetProperty("kind").GetString() == Deeds.ManageAccess.Name && line.GetProperty("actor").GetString() == mine.Name);
    }

    [Fact]
    public async Task Methods_and_objects_nobody_was_given_cannot_be_called()
    {
        Type[] acting = [typeof(OperatorActions), typeof(OperatorOperations), typeof(OperatorVerdicts), typeof(AccessDesk), typeof(SettingsDesk)];
        var cookie = await CookieAsync(Role.Viewer);
        var before = await RowsAsync();
        await using var circuit = await Circuit.OpenAsync(dashboard, cookie, "/jobs/server-status");
        await circuit.SeesAsync("server-status");
        var methods = acting.SelectMany(type => type.GetMethods().Where(method => method.DeclaringType == type).Select(method => method.Name)).Distinct(StringComparer.Ordinal)
            .Concat(["Dispose", "GetType", "StateHasChanged", "SetParametersAsync", "AddRootComponent", "RemoveRootComponent"]);
        var through = new List<string>();
        foreach (var method in methods)
        {
            foreach (var assembly in (string[])["Dashboard.Core", "Dashboard.Web", "Npgsql", "System.Private.CoreLib", "Microsoft.AspNetCore.Components.Server"])
            {
                through.AddRange((await circuit.CallAsync(assembly, method, 0, "[]")).Done ? [$"{assembly} {method}"] : []);
            }

            for (var target = 1; target < 12; target++)
            {
                through.AddRange((await circuit.CallAsync(null, method, target, "[]")).Done ? [$"{method} of {target}"] : []);
            }
        }

        Assert.Empty(through);
        Assert.False(circuit.IsCut);
        Assert.Equal(before, await RowsAsync());
    }

    [Fact]
    public async Task Components_are_those_the_server_sealed_and_whoever_brings_them_stays_who_he_is()
    {
        var (viewer, admin) = (await CookieAsync(Role.Viewer), await CookieAsync(Role.Admin));
        var theirs = await Circuit.MarkersAsync(dashboard, admin, "/settings/access");
        Assert.NotEmpty(theirs);

        // An admin's page, brought by a viewer, is drawn for the viewer.
        await using (var borrowed = await Circuit.OpenAsync(dashboard, viewer, "/settings/access", theirs))
        {
            await borrowed.SeesAsync("You see everything and change nothing");
            Assert.False(borrowed.Sees("Make a key"));
        }

        // One turned letter and it is no component.
        foreach (var turned in (IReadOnlyList<string>[])[[.. theirs.Select(Turned)], ["{\"type\":\"server\",\"sequence\":0,\"descriptor\":\"CfDJ8\"}"]])
        {
            await using var forged = await Circuit.OpenAsync(dashboard, viewer, "/jobs", turned);
            await forged.CallAsync(null, "DispatchEventAsync", forged.Events, "[]");
            Assert.False(forged.Sees("server-status"));
        }

        // Circuits of others, asked for by whatever is at hand.
        await using var circuit = await Circuit.OpenAsync(dashboard, viewer, "/jobs");
        await circuit.SeesAsync("server-status");
        await using var thief = await Circuit.OpenAsync(dashboard, viewer, "/jobs");
        Assert.Null(await thief.AskAsync("ResumeCircuit", "CfDJ8", dashboard.Url.AbsoluteUri, new Uri(dashboard.Url, "/jobs").AbsoluteUri, "[]", ""));
        Assert.False(circuit.IsCut);
    }

    private static string Turned(string marker)
    {
        var at = marker.IndexOf("\"descriptor\":\"", StringComparison.Ordinal) + 60;
        return $"{marker[..at]}{(marker[at] == 'A' ? 'B' : 'A')}{marker[(at + 1)..]}";
    }

    // Every handler with every kind of event pages listen to; how many were there.
    private static async Task<int> SetOffAsync(Circuit circuit, IEnumerable<int> handlers)
    {
        var went = 0;
        foreach (var handler in handlers)
        {
            foreach (var (name, arguments) in ((string, string)[])[("click", "{}"), ("submit", "{}"), ("change", "{\"value\":\"all\"}"), ("keydown", "{\"key\":\"Enter\"}")])
            {
                if (circuit.IsCut)
                {
                    return went;
                }

                went += (await circuit.DispatchAsync(handler, name, arguments)).Done ? 1 : 0;
            }
        }

        return went;
    }

    private async Task<string> CookieAsync(Role role)
    {
        using var browser = await dashboard.LoggedInAsync(role);
        return browser.DefaultRequestHeaders.GetValues("Cookie").Single();
    }

    private async Task<string> KeysAsync() =>
        string.Join(' ', (await dashboard.Services.GetRequiredService<ApiKeyQueries>().AllAsync(Stop)).Select(key => $"{key.Name}:{key.RevokedAt is null}"));

    // The scheduler's rows with their versions, and what of our own records an action would change. Everybody may end a session of their own.
    private async Task<string> RowsAsync()
    {
        await using var source = NpgsqlDataSource.Create(dashboard.Sources[0].ConnectionString);
        await using var rows = source.CreateCommand("select string_agg(xmin::text || crontabber::text, '|' order by app_name) from crontabber");
        await using var own = dashboard.Services.GetRequiredService<OwnDatabase>().Source.CreateCommand(
            "select concat_ws(' ', (select count(*) from dashboard.action), (select count(*) from dashboard.operation), (select count(*) from dashboard.job_hold), (select count(*) from dashboard.acknowledgement), (select count(*) from dashboard.silence), (select count(*) from dashboard.audit where event in ('began', 'done', 'access') and kind <> 'end-session'))");
        return $"{await rows.ExecuteScalarAsync(Stop)} {await own.ExecuteScalarAsync(Stop)}";
    }
}
