using Dashboard.Core.Access;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Security;

/// <summary>Who may say who may come in: asked of the service itself, as a forged click would.</summary>
public sealed class AccessDeskTests : IAsyncLifetime
{
    private RunningDashboard? running;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private AccessDesk Desk => running!.Services.GetRequiredService<AccessDesk>();

    private SessionQueries Sessions => running!.Services.GetRequiredService<SessionQueries>();

    public async ValueTask InitializeAsync() =>
        running = await RunningDashboard.StartAsync([new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"), "poll")]);

    public async ValueTask DisposeAsync() => await running!.DisposeAsync();

    [Fact]
    public async Task Only_an_admin_makes_and_revokes_keys_ends_others_and_shuts_out_whatever_the_one_who_asks_says_they_are()
    {
        var victim = await EnterAsync("victim", Role.Viewer, ActorVia.OpenId, "subject-v");
        foreach (var role in (Role[])[Role.Viewer, Role.Operator])
        {
            // A forged actor says admin; the records say otherwise.
            var forger = await EnterAsync($"forger {role}", role) with { Role = Role.Admin };
            var answers = new[]
            {
                await Desk.MakeKeyAsync(forger, "mine", "admin", TimeSpan.FromDays(1), Stop),
                await Desk.RevokeKeyAsync(forger, "tests", Stop),
                await Desk.EndSessionAsync(forger, victim.Session!.Value, Stop),
                await Desk.EndEverywhereAsync(forger, victim.Session.Value, Stop),
                await Desk.BarAsync(forger, victim.Session.Value, Stop),
                await Desk.AdmitAsync(forger, new Barred(ActorVia.OpenId, "x", "x", default, "x"), Stop),
            };
            Assert.All(answers, answer => Assert.Equal((false, $"You may not manage-access: that takes the role admin, and you are {role.Name()}. Ask an admin."), (answer.Done, answer.Words)));
            var seen = await Desk.ViewAsync(forger, Stop);
            Assert.Equal((1, null, null), (seen!.Sessions.Count, seen.Keys, seen.Barred));
        }

        Assert.NotNull(await Sessions.FindAsync(victim.Session!.Value, Stop));
    }

    [Fact]
    public async Task Nobody_at_all_is_refused_everything()
    {
        Actor[] nobodies =
        [
            new("x", Role.Admin, ActorVia.Link, null),
            new("x", Role.Admin, ActorVia.Link, null) { Session = Guid.NewGuid() },
            new("x", Role.Admin, ActorVia.Key, null) { Key = long.MaxValue },
            new("x", Role.Admin, ActorVia.Key, null) { Key = 1, Session = Guid.NewGuid() },
        ];
        foreach (var nobody in nobodies)
        {
            Assert.False((await Desk.MakeKeyAsync(nobody, "mine", "viewer", TimeSpan.FromDays(1), Stop)).Done);
            Assert.Null(await Desk.ViewAsync(nobody, Stop));
        }
    }

    [Fact]
    public async Task Everybody_ends_their_own_sessions_and_an_admin_shuts_out_and_lets_in_again()
    {
        var (here, there) = (await EnterAsync("alice", Role.Viewer, ActorVia.OpenId, "subject-a"), await EnterAsync("alice at home", Role.Viewer, ActorVia.OpenId, "subject-a"));
        Assert.Equal(2, (await Desk.ViewAsync(here, Stop))!.Sessions.Count);
        Assert.True((await Desk.EndSessionAsync(here, there.Session!.Value, Stop)).Done);
        Assert.Null(await Desk.ViewAsync(there, Stop));

        var admin = await EnterAsync("root", Role.Admin);
        Assert.True((await Desk.BarAsync(admin, here.Session!.Value, Stop)).Done);
        Assert.Null(await Desk.ViewAsync(here, Stop));
        Assert.Null(await Sessions.BeginAsync(new Newcomer("alice", Role.Viewer, ActorVia.OpenId, "subject-a", "", ""), SessionQueries.Life, Stop));

        var shut = Assert.Single((await Desk.ViewAsync(admin, Stop))!.Barred!);
        Assert.True((await Desk.AdmitAsync(admin, shut, Stop)).Done);
        await EnterAsync("alice", Role.Viewer, ActorVia.OpenId, "subject-a");
    }

    [Fact]
    public async Task A_key_has_a_name_a_role_and_an_end_and_its_secret_is_told_once()
    {
        var admin = await EnterAsync("root", Role.Admin);
        foreach (var (name, role, days) in ((string, string, double)[])[("", "viewer", 1), ("a\nb", "viewer", 1), (new string('a', 101), "viewer", 1), ("x", "root", 1), ("x", "viewer", 0), ("x", "viewer", 401)])
        {
            Assert.False((await Desk.MakeKeyAsync(admin, name, role, TimeSpan.FromDays(days), Stop)).Done);
        }

        var made = await Desk.MakeKeyAsync(admin, " board ", "viewer", TimeSpan.FromDays(1), Stop);
        Assert.StartsWith(ApiKeyQueries.Prefix, made.Secret!.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Secret.Text, made.ToString(), StringComparison.Ordinal);
        Assert.False((await Desk.MakeKeyAsync(admin, "board", "viewer", TimeSpan.FromDays(1), Stop)).Done);
        Assert.True((await Desk.RevokeKeyAsync(admin, "board", Stop)).Done);
        Assert.False((await Desk.RevokeKeyAsync(admin, "board", Stop)).Done);
        var kept = (await Desk.ViewAsync(admin, Stop))!.Keys!.Single(key => key.Name == "board");
        Assert.Equal(("root", "root"), (kept.MadeBy, kept.RevokedBy));
    }

    private async Task<Actor> EnterAsync(string name, Role role, string via = ActorVia.Link, string? subject = null)
    {
        var session = (await Sessions.BeginAsync(new Newcomer(name, role, via, subject, "192.0.2.1", "a test"), SessionQueries.Life, Stop))!;
        return new Actor(name, role, via, session.Address) { Session = session.Id };
    }
}
