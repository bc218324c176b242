using System.CommandLine;
using Dashboard.Kit;
using Dashboard.Web.Commands;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Dashboard.Web.Tests.Commands;

/// <summary>The nine verbs at a terminal, on a real database: what they say, what they do, and the code they end with.</summary>
public sealed class ActionVerbsTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-verbs-");
    private string observed = "";
    private IConfiguration settings = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Each verb with a job, and what becomes of that job's row.</summary>
    public static TheoryData<string, string> Verbs => new()
    {
        { "run-job plain", "changed" },
        { "backfill back --from {6d} --to {0d} --wish all", "changed" },
        { "mark-success plain", "changed" },
        { "reset-job plain --careful plain", "gone" },
        { "clear-lock stuck --careful stuck", "changed" },
        { "hold plain --for 4h", "changed" },
        { "release plain", "changed" },
        { "prune ghost --careful ghost", "gone" },
        { "ack failing", "same" },
    };

    public async ValueTask InitializeAsync()
    {
        var postgres = await TestPostgres.SharedAsync();
        observed = await postgres.NewDatabaseAsync();
        await DoAsync(await TestPostgres.CapturedSqlAsync("crontabber-schema.sql"));
        await DoAsync("""
            insert into crontabber values
            ('plain', now() + interval '1 hour', now() - interval '9 days', now() - interval '1 hour', now() - interval '1 hour', null, 0, '{}', '{}'),
            ('back', now() - interval '70 hours', now() - interval '30 days', now() - interval '94 hours', now() - interval '94 hours', null, 0, '{}', '{}'),
            ('stuck', now() - interval '2 hours', now() - interval '9 days', now() - interval '3 hours', now() - interval '3 hours', now() - interval '2 hours', 0, '{}', '{}'),
            ('failing', now() + interval '5 minutes', now() - interval '9 days', now() - interval '1 hour', now() - interval '1 day', null, 3, '{}', '{"type": "x", "value": "y", "traceback": ""}'),
            ('ghost', now() - interval '9 days', null, null, null, null, 0, '{}', '{}')
            """);
        var jobs = Path.Combine(folder.FullName, "jobs.ini");
        await File.WriteAllTextAsync(jobs, "[crontabber]\njobs='''\nlab.Plain|1h\nlab.Back|1d\nlab.Stuck|1h\nlab.Failing|1h\n'''\n", Stop);
        var mapping = Path.Combine(folder.FullName, "mapping.json");
        await File.WriteAllTextAsync(
            mapping,
            """
            {"lab.Plain": {"app_name": "plain"}, "lab.Back": {"app_name": "back", "backfill": true}, "lab.Stuck": {"app_name": "stuck"}, "lab.Failing": {"app_name": "failing"}}
            """,
            Stop);
        settings = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Sources:0:Name", "prod"), new("Sources:0:ConnectionString", observed), new("Sources:0:Jobs", jobs), new("Sources:0:Mapping", mapping),
            new("ConnectionStrings:Dashboard", await postgres.NewDatabaseAsync()), new("Database:Embedded:Data", folder.FullName),
        ]).Build();
    }

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_plan_changes_nothing_without_a_word_nothing_is_agreed_to_and_yes_does_it(string verb, string effect)
    {
        if (verb.StartsWith("release", StringComparison.Ordinal))
        {
            Assert.Equal(ActionVerbs.Done, (await RunAsync("hold plain --for 9h --yes --reason moved")).Code);
        }

        var job = verb.Split(' ')[1];
        var before = await RowAsync(job);

        var planned = await RunAsync($"{verb} --plan");
        Assert.Equal((ActionVerbs.Done, "", before), (planned.Code, planned.Error, await RowAsync(job)));
        Assert.Contains(job, planned.Output, StringComparison.Ordinal);

        var unsaid = await RunAsync(verb);
        Assert.Equal((ActionVerbs.NotAgreed, before), (unsaid.Code, await RowAsync(job)));
        Assert.Contains("Nothing was done: --yes --reason", unsaid.Error, StringComparison.Ordinal);

        var unreasoned = await RunAsync($"{verb} --yes");
        var both = await RunAsync($"{verb} --plan --yes --reason why");
        Assert.NotEqual(ActionVerbs.Done, unreasoned.Code);
        Assert.NotEqual(ActionVerbs.Done, both.Code);
        Assert.Equal(before, await RowAsync(job));

        var done = await RunAsync($"{verb} --yes --reason at-3-am");
        Assert.Equal((ActionVerbs.Done, ""), (done.Code, done.Error));
        var after = await RowAsync(job);
        Assert.Equal(effect, after.Length == 0 ? "gone" : before == after ? "same" : "changed");
        Assert.Equal(1, await OwnAsync($"select count(*) from dashboard.audit where event = 'done' and app_name = '{job}' and reason = 'at-3-am' and via = 'terminal'"));
    }

    [Theory]
    [InlineData("reset-job back")]
    public async Task What_no_undo_brings_back_takes_the_name_once_more(string verb)
    {
        var before = await RowAsync("back");
        var told = await RunAsync($"{verb} --yes --reason why");
        Assert.Equal((ActionVerbs.NotAgreed, before), (told.Code, await RowAsync("back")));
        Assert.Contains("--careful back", told.Error, StringComparison.Ordinal);
        Assert.Equal(ActionVerbs.NotAgreed, (await RunAsync($"{verb} --careful plain --yes --reason why")).Code);
        Assert.Equal(ActionVerbs.Done, (await RunAsync($"{verb} --careful back --yes --reason why")).Code);
    }

    [Theory]
    [InlineData("run-job no-such-job")]
    [InlineData("clear-lock plain")]
    [InlineData("release plain")]
    [InlineData("prune plain")]
    [InlineData("backfill plain --from {6d} --to {0d}")]
    public async Task What_makes_no_sense_is_refused_with_its_reason(string verb)
    {
        var (code, output, error) = await RunAsync($"{verb} --yes --reason why");
        Assert.Equal(ActionVerbs.Refused, code);
        Assert.NotEmpty(output + error);
        Assert.Equal(0, await OwnAsync("select count(*) from dashboard.audit where event = 'done'"));
    }

    [Fact]
    public async Task A_moment_that_is_no_slot_is_answered_with_the_slots_around_it()
    {
        var (code, output, _) = await RunAsync("backfill back --slot 2026-01-02T03:04:05Z --plan");
        Assert.Equal(ActionVerbs.Refused, code);
        Assert.Contains("does not run 2026-01-02 03:04:05Z  no slot of this job; around it are 2026-01-0", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run-job plian --plan")]
    [InlineData("hold plian --for 4h --plan")]
    [InlineData("prune plian --plan")]
    public async Task A_name_that_is_mistyped_is_no_job_and_the_one_that_was_meant_is_named(string verb)
    {
        var (code, output, error) = await RunAsync(verb);
        Assert.Equal(ActionVerbs.Refused, code);
        Assert.Contains("There is no job named 'plian': it is neither configured nor has it a row.", output, StringComparison.Ordinal);
        Assert.Equal("Did you mean plain?", error.Trim());
    }

    [Theory]
    [InlineData("hold plain --plan")]
    [InlineData("hold plain --for 4h --until 2030-01-01T00:00Z --plan")]
    [InlineData("hold plain --for 4y --plan")]
    [InlineData("backfill back --plan")]
    [InlineData("backfill back --from {0d} --to {6d} --plan")]
    [InlineData("backfill back --from yesterday --to {0d} --plan")]
    [InlineData("backfill back --slot {1d} --from {6d} --plan")]
    [InlineData("backfill back --from {6d} --to {0d} --wish some --plan")]
    public async Task What_is_asked_wrongly_is_said_so_and_no_plan_is_made(string verb)
    {
        var (code, _, error) = await RunAsync(verb);
        Assert.NotEqual(ActionVerbs.Done, code);
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task A_row_that_is_held_can_be_tried_again_and_a_database_that_is_away_too()
    {
        await using var holder = NpgsqlDataSource.Create(observed);
        await using (var connection = await holder.OpenConnectionAsync(Stop))
        {
            await using var hold = new NpgsqlCommand("begin; select 1 from crontabber where app_name = 'plain' for update", connection);
            await hold.ExecuteNonQueryAsync(Stop);
            Assert.Equal(ActionVerbs.Busy, (await RunAsync("run-job plain --yes --reason why")).Code);
        }

        Assert.Equal(ActionVerbs.Busy, (await RunAsync("run-job plain --plan --source Host=127.0.0.1;Port=1;Database=x;Username=me")).Code);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(string line)
    {
        var root = new RootCommand();
        foreach (var verb in ActionVerbs.Create(() => settings, TimeProvider.System))
        {
            root.Add(verb);
        }

        var today = TimeProvider.System.GetUtcNow();
        string[] arguments = [.. line.Split(' ').Select(word => word switch
        {
            "{0d}" => $"{today:yyyy-MM-dd'T'HH:mm'Z'}",
            "{1d}" => $"{today.AddDays(-1):yyyy-MM-dd'T'HH:mm'Z'}",
            "{6d}" => $"{today.AddDays(-6):yyyy-MM-dd'T'HH:mm'Z'}",
            _ => word,
        })];
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await root.Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, Stop);
        return (code, output.ToString(), error.ToString());
    }

    private async Task DoAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(observed);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private async Task<string> RowAsync(string job)
    {
        await using var source = NpgsqlDataSource.Create(observed);
        await using var command = source.CreateCommand($"select coalesce((select crontabber::text from crontabber where app_name = '{job}'), '')");
        return (string)(await command.ExecuteScalarAsync(Stop))!;
    }

    private async Task<long> OwnAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(settings.GetConnectionString("Dashboard")!);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }
}
