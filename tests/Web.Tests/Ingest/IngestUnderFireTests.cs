using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Dashboard.Core.Access;
using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Web.Tests.Ingest;

/// <summary>Too many at once, no records to keep anything in, and a dashboard that is killed: what was acknowledged is there, and once.</summary>
public sealed partial class IngestUnderFireTests
{
    private const int Clients = 4;
    private const int Kills = 5;
    private const int AtOnce = 20;
    private const int PythonsAtOnce = 400;
    private static readonly Uri Events = new("/api/v1/ingest/events", UriKind.Relative);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_too_many_deliver_at_once_the_rest_is_asked_to_come_again_and_nothing_is_lost()
    {
        await using var dashboard = await RunningDashboard.StartAsync([]);
        var own = dashboard.Services.GetRequiredService<OwnDatabase>().Source;
        using var teller = await TellerAsync(dashboard);
        await using var connection = await own.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await using (var hold = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended('socorro', 4))", connection, transaction))
        {
            await hold.ExecuteNonQueryAsync(Stop);
        }

        // Whoever is inside waits for the lock that batches of this source take, so whoever comes after them finds no place.
        var posts = Enumerable.Range(0, 60).Select(_ => teller.PostAsync(Events, Body([Guid.NewGuid()]), Stop)).ToList();
        var refused = await (await Task.WhenAny(posts)).WaitAsync(RunningDashboard.Deadline, Stop);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);

        await transaction.RollbackAsync(Stop);
        var answers = await Task.WhenAll(posts);
        var kept = answers.Count(answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.InRange(kept, 1, 59);
        Assert.All(answers, answer => Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.TooManyRequests]));
        await using var count = own.CreateCommand("select count(*) from dashboard.retry_event");
        Assert.Equal((long)kept, await count.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task While_the_records_are_away_deliveries_are_put_off_and_what_is_shown_says_since_when_it_is_old()
    {
        await using var postgres = await TestPostgres.StartAsync();
        await using var dashboard = await RunningDashboard.StartAsync([], new Dictionary<string, string?> { ["ConnectionStrings:Dashboard"] = await postgres.NewDatabaseAsync() });
        using var teller = await TellerAsync(dashboard);
        var id = Guid.NewGuid();
        using (var kept = await teller.PostAsync(Events, Body([id]), Stop))
        {
            Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        }

        var feed = dashboard.Services.GetRequiredService<Feed<RetriesSnapshot>>();
        await UntilAsync(feed, snapshot => snapshot is { StaleSince: null, Resources.Count: > 0 });
        await postgres.StopAsync();
        using (var away = await teller.PostAsync(Events, Body([Guid.NewGuid()]), Stop))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
            Assert.True(away.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
            Assert.Contains("own-database-away", await away.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }

        await UntilAsync(feed, snapshot => snapshot.StaleSince is not null);
        var shown = await dashboard.Client.GetStringAsync(new Uri("/api/v1/retries", UriKind.Relative), Stop);
        Assert.DoesNotContain("\"stale_since\":null", shown, StringComparison.Ordinal);
        Assert.Contains("postgres db1", shown, StringComparison.Ordinal);

        await postgres.StartAgainAsync();
        await UntilAsync(feed, snapshot => snapshot.StaleSince is null);
        using var again = await teller.PostAsync(Events, Body([id, Guid.NewGuid()]), Stop);
        Assert.Equal("""{"kept":1,"known":1}""", await again.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task Killed_again_and_again_while_clients_deliver_it_has_all_that_it_acknowledged_and_nothing_twice()
    {
        var postgres = await TestPostgres.SharedAsync();
        var environment = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Dashboard"] = await postgres.NewDatabaseAsync(),
            ["Sources__0__Name"] = "demo",
            ["Sources__0__ConnectionString"] = await postgres.NewDatabaseAsync("crontabber-healthy"),
            ["Sources__0__Capture"] = "poll",
        };
        var url = new Uri($"http://127.0.0.1:{FreePorts.Take()}/");
        await using var own = new OwnDatabase(environment["ConnectionStrings__Dashboard"]!);
        await own.MigrateAsync(Stop);
        var key = (await new ApiKeyQueries(own).CreateAsync("fire", "ingest", null, "a test", Stop))!.Text;

        var random = new Random(7);
        var program = await StartAsync(url, environment);
        using var python = Python(url, key);
        var acknowledged = new ConcurrentBag<Guid>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var clients = Enumerable.Range(0, Clients).Select(_ => DeliverAsync(url, key, acknowledged, enough.Token)).ToList();
        for (var kill = 0; kill < Kills; kill++)
        {
            var before = acknowledged.Count;
            while (acknowledged.Count < before + (Clients * AtOnce))
            {
                Assert.False(clients.Exists(client => client.IsCompleted), "A client gave up.");
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Stop);
            }

            await python.StandardInput.WriteLineAsync("tell");
            await python.StandardInput.FlushAsync(Stop);

            // The moment itself, anywhere in the middle of what they deliver; nothing is waited for.
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(150)), TimeProvider.System, Stop);
            await program.SignalAsync("KILL");
            await program.Process.WaitForExitAsync(Stop);
            await program.DisposeAsync();
            program = await StartAsync(url, environment);
        }

        await using var last = program;
        await enough.CancelAsync();
        await Task.WhenAll(clients);
        python.StandardInput.Close();
        var told = $"all {Kills * PythonsAtOnce} 0 0";
        Assert.Equal(told, await python.StandardOutput.ReadLineAsync(Stop));
        await python.WaitForExitAsync(Stop);

        // On a busy machine the program may have something to tell of its own connections too.
        await using var count = own.Source.CreateCommand(
            """
            select count(*), count(distinct id), count(*) filter (where id = any(@acknowledged)), count(*) filter (where resource = 'python'),
                   (select sum(failed) from dashboard.retry_minute where resource in ('python', 'postgres db1'))::bigint
              from dashboard.retry_event
             where resource in ('python', 'postgres db1')
            """);
        count.Parameters.Add(new("acknowledged", acknowledged.ToArray()));
        await using var row = await count.ExecuteReaderAsync(Stop);
        await row.ReadAsync(Stop);
        long all = acknowledged.Count + (Kills * PythonsAtOnce);
        Assert.Equal((all, all, (long)acknowledged.Count, (long)Kills * PythonsAtOnce, all), (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)));
    }

    // The same batch until it is acknowledged, as everybody should who delivers.
    private static async Task DeliverAsync(Uri url, string key, ConcurrentBag<Guid> acknowledged, CancellationToken enough)
    {
        using var client = new HttpClient { BaseAddress = url, Timeout = RunningDashboard.Deadline };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        while (!enough.IsCancellationRequested)
        {
            var ids = Enumerable.Range(0, AtOnce).Select(_ => Guid.NewGuid()).ToArray();
            while (!await TryAsync(client, ids))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Stop);
            }

            foreach (var id in ids)
            {
                acknowledged.Add(id);
            }
        }
    }

    private static async Task<bool> TryAsync(HttpClient client, Guid[] ids)
    {
        try
        {
            using var answer = await client.PostAsync(Events, Body(ids), Stop);
            Assert.True((int)answer.StatusCode is 200 or 429 or 503, $"{answer.StatusCode}");
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception cause) when (cause is HttpRequestException || (cause is TaskCanceledException && !Stop.IsCancellationRequested))
        {
            return false;
        }
    }

    private static async Task<ChildProcess> StartAsync(Uri url, Dictionary<string, string?> environment)
    {
        var program = ChildProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll"), "--urls", url.AbsoluteUri], environment);
        await program.SaysAsync(LoginLink());
        return program;
    }

    private static Process Python(Uri url, string key)
    {
        var program = $$"""
            import sys
            sys.path.insert(0, sys.argv[1])
            import crontabber_dashboard as c
            s = c.Sender(sys.argv[2], sys.argv[3], 'socorro', first_pause=0.05, longest_pause=0.2)
            told = 0
            for line in iter(sys.stdin.readline, ''):
                for number in range({{PythonsAtOnce}}):
                    told += 1
                    s.tell(resource='python', backend='postgres', executor=c.INFINITE, attempt=told, outcome='fail', delay_s=10)
            print('%s %d %d %d' % ('all' if s.flush(120) else 'not all', s.kept, s.dropped, s.refused))
            """;
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DASHBOARD_PYTHON") ?? "python3") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", program, Path.Combine(AppContext.BaseDirectory, "clients", "python"), url.AbsoluteUri, key])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static async Task<HttpClient> TellerAsync(RunningDashboard dashboard)
    {
        var secret = await dashboard.Services.GetRequiredService<ApiKeyQueries>().CreateAsync("teller", "ingest", null, "a test", Stop);
        var client = dashboard.NewClient();
        client.Timeout = TimeSpan.FromMinutes(2);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret!.Text);
        return client;
    }

    private static async Task UntilAsync(Feed<RetriesSnapshot> feed, Func<RetriesSnapshot, bool> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        await feed.WatchAsync(deadline.Token).FirstAsync(holds, deadline.Token);
    }

    private static StringContent Body(IEnumerable<Guid> ids) => new(
        string.Join('\n', ids.Select(id => $$$"""
            {"id":"{{{id}}}","at":"{{{TimeProvider.System.GetUtcNow():O}}}","source":"socorro","host":"h","process":"crontabber/1","thread":"MainThread","resource":"postgres db1","backend":"postgres","executor":"TransactionExecutorWithInfiniteBackoff","attempt":1,"outcome":"fail","delay_s":60}
            """.Trim())),
        Encoding.UTF8,
        "application/x-ndjson");

    [GeneratedRegex(@"http://\S+token=\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LoginLink();
}
