using System.Globalization;
using System.Text.RegularExpressions;
using Dashboard.Core.Database.Embedded;
using Dashboard.Core.Runner.Samples;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Web.Tests.Runner;

/// <summary>The living sample in the program itself: killed in the middle of its work, started again, stopped by Ctrl-C.</summary>
public sealed partial class HostedRunnerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("dashboard-test-hosted-");

    public HostedRunnerTests() => File.SetUnixFileMode(
        root.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    private string Data => Path.Combine(root.FullName, "data");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public async Task Killed_under_work_it_goes_on_with_the_slot_it_was_at_and_at_Ctrl_C_it_leaves_no_lock()
    {
        int server;
        await using (var killed = Start())
        {
            await killed.SaysAsync(LoginLink());
            await UntilAsync("select count(*) >= 3 and bool_and(success is not null) from crontabber_log where app_name = 'reports-clean'");
            server = int.Parse((await File.ReadAllLinesAsync(Path.Combine(Data, "cluster", "postmaster.pid"), Stop))[0], CultureInfo.InvariantCulture);
            await killed.SignalAsync("KILL");
            await killed.Process.WaitForExitAsync(Stop);
        }

        await GoneAsync(server);
        await using var next = Start();
        await next.SaysAsync(LoginLink());

        // Made up for, and nobody's lock is left over from before.
        await UntilAsync("select ongoing is null and next_run > now() from crontabber where app_name = 'reports-clean'");

        // All sixteen but one at most: build-adu-matview has its first run at 07:30 of a day.
        await UntilAsync("select count(*) >= 15 from crontabber where last_run is not null or next_run > now()");
        const string Slots = "from crontabber_log where app_name = 'reports-clean' and success is not null";
        Assert.Equal("0 0", await TextAsync($"select concat_ws(' ', count(*) - count(distinct success), 1 + extract(epoch from max(success) - min(success))::int / 600 - count(*)) {Slots}"));
        Assert.Equal("0", await TextAsync($"select count(*)::text from (select success {Slots} except select slot from reports.cleaned_slot) as lost"));
        Assert.Equal("true", await TextAsync("select (sum(times) - count(*) <= 1)::text from reports.cleaned_slot"));
        Assert.Equal("0", await TextAsync("select count(*)::text from crontabber_log where app_name = 'reports-clean' and success is null"));

        // It was killed while it held a lock, or between two of them; a lock that stood was taken over and that is on record.
        await UntilAsync("select not exists (select from crontabber where ongoing < now() - interval '5 minutes')");

        await next.SignalAsync("INT");
        await next.EndsWellAsync();
        await using var after = Start("false");
        await after.SaysAsync(LoginLink());
        Assert.Equal("0", await TextAsync("select count(*)::text from crontabber where ongoing is not null"));
        Assert.DoesNotContain("The living sample runs", after.Words, StringComparison.Ordinal);
    }

    private ChildProcess Start(string sample = "true") => ChildProcess.Start(
        "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll"), "--urls", $"http://127.0.0.1:{FreePorts.Take()}"],
        new Dictionary<string, string?> { ["DASHBOARD_DATA"] = Data, ["Runner__Sample"] = sample });

    private async Task UntilAsync(string condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(Patience);
        while (await TextAsync($"select coalesce(({condition}), false)::text") != "true")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
        }
    }

    private async Task<string> TextAsync(string sql)
    {
        var running = await EmbeddedPostgres.RunningAsync(new EmbeddedOptions { Data = Data }, Stop) ?? throw new InvalidOperationException("No embedded PostgreSQL runs.");
        await using var connection = new NpgsqlConnection($"{running(SampleSource.Name)};Pooling=false");
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync(Stop))!;
    }

    private static async Task GoneAsync(int process)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(Patience);
        while (Directory.Exists($"/proc/{process}"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
        }
    }

    [GeneratedRegex(@"http://\S+token=\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LoginLink();
}
