using System.Text.Json;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Ledger;

/// <summary>The program itself, killed while a page is on its way, and another one beside it.</summary>
public sealed class KilledWhilePagingTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-killed-while-paging-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task What_was_on_its_way_is_sent_again_under_its_name_by_whoever_comes_next_and_no_root_is_paged_twice()
    {
        var postgres = await TestPostgres.SharedAsync();
        var (own, observed) = (await postgres.NewDatabaseAsync(), await postgres.NewDatabaseAsync("crontabber-incident"));
        await using var receiver = Receiver.Start();
        var release = new TaskCompletionSource();
        receiver.Before = before => before == 0 ? release.Task : Task.CompletedTask;

        Received first;
        int before;
        await using (var killed = Start(own, observed, receiver))
        {
            first = (await receiver.UntilAsync(got => got.Count > 0))[0];
            await killed.SignalAsync("KILL");
            await killed.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
            before = receiver.Got.Count;
        }

        // Two come after it: one of them takes the lease when that lapses, and goes on.
        await using var second = Start(own, observed, receiver);
        await using var third = Start(own, observed, receiver);
        await receiver.UntilAsync(got => got.Skip(before).Any(each => Id(each) == Id(first)));
        release.SetResult();
        Assert.All(receiver.Got.Where(each => Said(each, "action") == "trigger").GroupBy(each => Said(each, "key")), root => Assert.Single(root.Select(Id).Distinct()));
        Assert.Equal("scheduler", Said(first, "root_kind"));
    }

    private static string Id(Received got) => got.Headers["Idempotency-Key"];

    private static string? Said(Received got, string name) => got.Json.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private ChildProcess Start(string own, string observed, Receiver receiver) => ChildProcess.Start(
        "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll"), "--urls", $"http://127.0.0.1:{Receiver.FreePort()}"],
        new Dictionary<string, string?>
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
        });
}
