using System.Text.Json;
using Dashboard.Core.Database;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Web.Tests.Ledger;

/// <summary>The program itself, killed while a page is on its way, and another one beside it.</summary>
public sealed class KilledWhilePagingTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-killed-while-paging-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task What_was_on_its_way_is_sent_again_under_its_name_by_whoever_comes_next_and_no_root_is_paged_twice_and_a_chat_is_told_that_it_may_have_it()
    {
        var postgres = await TestPostgres.SharedAsync();
        var (own, observed) = (await postgres.NewDatabaseAsync(), await postgres.NewDatabaseAsync("crontabber-incident"));
        await using var receiver = Receiver.Start();
        var release = new TaskCompletionSource();
        receiver.Before = _ => release.Task;

        // A chat asks for a pause, and is not answered when the same comes for the second time.
        await using var chat = Receiver.Start();
        chat.Answer = (before, _) => before == 0 ? (429, "1") : (200, null);
        chat.Before = before => before > 0 && Text(chat.Got[before]) == Text(chat.Got[0]) ? release.Task : Task.CompletedTask;

        Received first;
        int before;
        await using (var killed = Start(own, observed, receiver, chat))
        {
            first = (await receiver.UntilAsync(got => got.Count > 0))[0];
            await chat.UntilAsync(got => got.Count(each => Text(each) == Text(got[0])) == 2);
            await killed.SignalAsync("KILL");
            await killed.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
            before = receiver.Got.Count;
        }

        // Two come after it: one of them takes the lease when that lapses, and goes on.
        await using var second = Start(own, observed, receiver, chat);
        await using var third = Start(own, observed, receiver, chat);
        await receiver.UntilAsync(got => got.Skip(before).Any(each => Id(each) == Id(first)));
        await chat.UntilAsync(got => got.Any(each => Text(each) == $"(Perhaps told before.) {Text(got[0])}"));
        release.SetResult();
        Assert.Equal(2, chat.Got.Count(each => Text(each) == Text(chat.Got[0])));
        Assert.All(receiver.Got.Where(each => Said(each, "action") == "trigger").GroupBy(each => Said(each, "key")), root => Assert.Single(root.Select(Id).Distinct()));
        Assert.Equal("scheduler", Said(first, "root_kind"));
    }

    [Fact]
    public async Task A_leader_that_is_killed_is_followed_by_the_other_node_which_sends_no_page_a_second_time()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var postgres = await TestPostgres.SharedAsync();
        var (own, observed) = (await postgres.NewDatabaseAsync(), await postgres.NewDatabaseAsync("crontabber-incident"));
        await using var receiver = Receiver.Start();
        await using var one = Start(own, observed, receiver);
        await using var other = Start(own, observed, receiver);
        await using var database = NpgsqlDataSource.Create(own);
        await receiver.UntilAsync(got => got.Count > 0);

        var (before, _) = await LeaderAsync(database, not: 0, cancellationToken);
        var leader = before == one.Process.Id ? one : other;
        Assert.Contains(before, (int[])[one.Process.Id, other.Process.Id]);
        await using var command = database.CreateCommand("select clock_timestamp()");
        var killed = (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
        await leader.SignalAsync("KILL");
        await leader.Process.WaitForExitAsync(cancellationToken);

        // The lease says when it was taken: its end less its length, by the database's clock.
        var (after, until) = await LeaderAsync(database, not: before, cancellationToken);
        Assert.Equal(leader == one ? other.Process.Id : one.Process.Id, after);
        TestContext.Current.TestOutputHelper?.WriteLine($"The other node took over {(until - LeaderLease.Length - killed).TotalSeconds:0.0} s after the kill (at most 15 s are asked of a machine that is not busy).");
        Assert.All(receiver.Got.Where(each => Said(each, "action") == "trigger").GroupBy(each => Said(each, "key")), root => Assert.Single(root.Select(Id).Distinct()));
    }

    // Who holds the lease, and until when; asked until it is another than the one given.
    private static async Task<(int Process, DateTime Until)> LeaderAsync(NpgsqlDataSource database, int not, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        while (true)
        {
            await using var command = database.CreateCommand("select split_part(holder, '/', 2)::int, until from dashboard.lease where until > clock_timestamp()");
            await using var reader = await command.ExecuteReaderAsync(deadline.Token);
            if (await reader.ReadAsync(deadline.Token) && reader.GetInt32(0) != not)
            {
                return (reader.GetInt32(0), reader.GetDateTime(1));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
        }
    }

    private static string? Text(Received got) => Said(got, "text");

    private static string Id(Received got) => got.Headers["Idempotency-Key"];

    private static string? Said(Received got, string name) => got.Json.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private ChildProcess Start(string own, string observed, Receiver receiver, Receiver? chat = null)
    {
        var environment = new Dictionary<string, string?>
        {
            ["DASHBOARD_DATA"] = folder.FullName,
            ["ConnectionStrings__Dashboard"] = own,
            ["Sources__0__Name"] = "demo",
            ["Sources__0__ConnectionString"] = observed,
            ["Sources__0__Capture"] = "poll",
            ["Access__PrintLogin"] = "false",
            ["Notifications__Channels__0__Name"] = "hook",
            ["Notifications__Channels__0__Kind"] = "Webhook",
            ["Notifications__Channels__0__Url"] = receiver.Url.ToString(),
            ["Notifications__Channels__0__Key"] = "s3cret",
            ["Notifications__Private__0"] = receiver.Authority,
        };
        if (chat is not null)
        {
            environment["Notifications__Channels__1__Name"] = "chat";
            environment["Notifications__Channels__1__Kind"] = "Slack";
            environment["Notifications__Channels__1__Url"] = chat.Url.ToString();
            environment["Notifications__Private__1"] = chat.Authority;
        }

        return ChildProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll"), "--urls", $"http://127.0.0.1:{FreePorts.Take()}"], environment);
    }
}
