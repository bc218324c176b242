using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Web.Tests.Actions;

/// <summary>
/// The program itself, killed with SIGKILL around the one COMMIT that matters: before the observed database has it, and after it has it and before the program knows. The next
/// one that starts finds out by itself what became of each. (Every other await of a commit: <c>KilledCommitTests</c>.)
/// </summary>
public sealed class KilledWhileActingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-killed-while-acting-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task What_a_killed_program_had_begun_is_found_out_by_the_next_and_done_once_or_not_at_all()
    {
        var postgres = await TestPostgres.SharedAsync();
        var (own, observed) = (await postgres.NewDatabaseAsync(), await postgres.NewDatabaseAsync("crontabber-healthy"));
        await using var source = NpgsqlDataSource.Create(observed);
        await using (var calm = source.CreateCommand("update crontabber set next_run = now() + interval '1 hour', ongoing = null"))
        {
            await calm.ExecuteNonQueryAsync(Stop);
        }

        await using var records = new OwnDatabase(own);
        await records.MigrateAsync(Stop);
        var key = (await new ApiKeyQueries(records).CreateAsync("operator", "operator", null, "a test", Stop))!.Text;

        var sent = new Dictionary<Passing, Guid>();
        foreach (var way in (Passing[])[Passing.Asked, Passing.Answered])
        {
            sent[way] = await KilledAsync(own, observed, key, way, way == Passing.Asked ? "server-status" : "ftpscraper");
        }

        var url = new Uri($"http://127.0.0.1:{FreePorts.Take()}");
        await using (Start(url, own, observed, observed))
        {
            using var client = Client(url, key);
            Assert.Equal("nothing", await StateAsync(client, sent[Passing.Asked]));
            Assert.Equal("done", await StateAsync(client, sent[Passing.Answered]));
            using var again = await client.PostAsJsonAsync($"/api/v1/plans/{sent[Passing.Answered]}/commit", new { reason = "again" }, Stop);
            Assert.True((await again.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("replay").GetBoolean());
        }

        await using var rows = source.CreateCommand("select string_agg(app_name, ' ' order by app_name) from crontabber where next_run <= now()");
        Assert.Equal("ftpscraper", await rows.ExecuteScalarAsync(Stop));
        var lines = await new AuditQueries(records).OnwardAsync(0, 1_000, Stop);
        Assert.Equal(["began", "nothing"], Of(sent[Passing.Asked]));
        Assert.Equal(["began", "done"], Of(sent[Passing.Answered]));

        await using var verify = ChildProcess.Start("dotnet", [Program, "audit", "verify"], Environment(own, observed, observed));
        await verify.EndsWellAsync();
        Assert.Contains("each bound to the one before it", verify.Words, StringComparison.Ordinal);

        IEnumerable<string> Of(Guid id) => lines.Where(line => line.Entry.Action == id).Select(line => line.Entry.Event);
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll");

    // One program, one plan, one commit that does not come back.
    private async Task<Guid> KilledAsync(string own, string observed, string key, Passing way, string job)
    {
        var (reached, killed) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var committing = false;
        await using var proxy = FaultProxy.Before((await TestPostgres.SharedAsync()).Port, async (passing, bytes) =>
        {
            committing |= passing == Passing.Asked && bytes.Span.IndexOf("COMMIT\0"u8) >= 0;
            if (!committing || passing != way)
            {
                return true;
            }

            reached.TrySetResult();
            await killed.Task;
            return false;
        });
        var url = new Uri($"http://127.0.0.1:{FreePorts.Take()}");
        await using var program = Start(url, own, observed, proxy.Through(observed));
        using var client = Client(url, key);
        var id = await PlannedAsync(client, job);
        var answer = client.PostAsJsonAsync($"/api/v1/plans/{id}/commit", new { reason = "a test" }, Stop);
        await reached.Task.WaitAsync(Patience, Stop);
        await program.SignalAsync("KILL");
        await program.Process.WaitForExitAsync(Stop);
        killed.SetResult();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer);
        return id;
    }

    // Once it listens and has read its source.
    private static async Task<Guid> PlannedAsync(HttpClient client, string job)
    {
        Guid? planned = null;
        await UntilAsync(async () =>
        {
            using var answer = await client.PostAsJsonAsync("/api/v1/plans", new { kind = "run-now", app_name = job }, Stop);
            planned = answer.StatusCode == HttpStatusCode.Created ? (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetGuid() : null;
            return planned is not null;
        });
        return planned!.Value;
    }

    private static async Task<string?> StateAsync(HttpClient client, Guid id)
    {
        string? state = null;
        await UntilAsync(async () =>
        {
            state = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/plans/{id}", Stop)).GetProperty("state").GetString();
            return state != "committing";
        });
        return state;
    }

    private static async Task UntilAsync(Func<Task<bool>> doneAsync)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(Patience);
        while (true)
        {
            try
            {
                if (await doneAsync())
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!deadline.IsCancellationRequested)
            {
                // It does not listen yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, deadline.Token);
        }
    }

    private static HttpClient Client(Uri url, string key)
    {
        var client = new HttpClient { BaseAddress = url, Timeout = Patience };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    private ChildProcess Start(Uri url, string own, string observed, string acting) => ChildProcess.Start("dotnet", [Program, "--urls", url.AbsoluteUri], Environment(own, observed, acting));

    private Dictionary<string, string?> Environment(string own, string observed, string acting) => new()
    {
        ["DASHBOARD_DATA"] = folder.FullName,
        ["ConnectionStrings__Dashboard"] = own,
        ["Sources__0__Name"] = "demo",
        ["Sources__0__ConnectionString"] = observed,
        ["Sources__0__ActionConnectionString"] = acting,
        ["Sources__0__Capture"] = "poll",
        ["Access__PrintLogin"] = "false",
    };
}
