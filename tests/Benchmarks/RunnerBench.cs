using System.Diagnostics;
using Dashboard.Core.Database;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Benchmarks;

/// <summary>
/// P13: what a run costs besides the job's own work, with and without the records beside crontabber's tables; and a tick in which nothing is due. Beside them the two
/// commits that any way of keeping a lock and an end takes at least. All by turns in each round, for the machine is not as fast from one to the next.
/// </summary>
internal static class RunnerBench
{
    // As many jobs as crontabber's own idle tick of 198 ms went through.
    private const int Jobs = 16;

    public static async Task RunAsync(Report report, bool quick)
    {
        var text = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        await using (var own = new OwnDatabase(text))
        {
            await own.MigrateAsync(CancellationToken.None);
        }

        await using var data = NpgsqlDataSource.Create(text);
        await using var kept = new OwnDatabase(data.ConnectionString);
        var table = (await StateTables.FindAsync(data, create: true, CancellationToken.None))!;
        RunnerJob[] jobs = [.. Enumerable.Range(0, Jobs).Select(i => new RunnerJob(new JobDefinition { Name = $"job-{i:d2}", Schedule = new Schedule("1h", null, Backfills: false) }, new Nothing()))];
        RunnerTick Tick(RunnerOptions options) => new(table, jobs, options, TimeProvider.System, new RunnerRecords(kept.Now, "default"));
        using var way = Tick(new RunnerOptions());
        using var compat = Tick(new RunnerOptions { Compat = true });
        report.Rounds = quick ? 20 : 100;
        List<double> bare = [], own16 = [], compat16 = [], idle = [], idleCompat = [];
        for (var round = -3; round < report.Rounds; round++)
        {
            var (commits, run, compatRun) = (await CommitsAsync(data), await TickAsync(data, way, due: true), await TickAsync(data, compat, due: true));
            var (looked, compatLooked) = (await TickAsync(data, way, due: false), await TickAsync(data, compat, due: false));
            if (round >= 0)
            {
                bare.Add(commits);
                own16.Add(run / Jobs);
                compat16.Add(compatRun / Jobs);
                idle.Add(looked);
                idleCompat.Add(compatLooked);
            }
        }

        var least = new Sample(bare);
        foreach (var (name, each, looks) in ((string, List<double>, List<double>)[])[("", own16, idle), ("-compat", compat16, idleCompat)])
        {
            var (run, look) = (new Sample(each), new Sample(looks));
            report.Add(new Figure("P13", $"overhead-of-a-run{name}-p50", run.At(0.5), "ms", AtMost: 5, Limit: least.At(0.5)));
            report.Add(new Figure("P13", $"overhead-of-a-run{name}-p95", run.At(0.95), "ms", AtMost: 5, Limit: least.At(0.95)));
            report.Add(new Figure("P13", $"idle-tick-of-{Jobs}-jobs{name}-p95", look.At(0.95), "ms", AtMost: 198));
        }

        report.Note("The limit is two bare commits of one row each: the lock, and the end.");
    }

    private static async Task<double> CommitsAsync(NpgsqlDataSource data)
    {
        var began = Stopwatch.GetTimestamp();
        for (var commit = 0; commit < 2; commit++)
        {
            await ExecuteAsync(data, "update crontabber set error_count = 0 where app_name = 'job-00'");
        }

        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static async Task<double> TickAsync(NpgsqlDataSource data, RunnerTick tick, bool due)
    {
        await ExecuteAsync(data, $"update crontabber set next_run = now() {(due ? "-" : "+")} interval '1 hour'");
        var began = Stopwatch.GetTimestamp();
        var done = await tick.RunAsync(CancellationToken.None);
        var length = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return done.ExitCode == 0 && (!due || done.Turns.Sum(turn => turn.Succeeded) == Jobs)
            ? length
            : throw new InvalidOperationException($"The tick was not as it should be: {done.EndedBecause}");
    }

    private static async Task ExecuteAsync(NpgsqlDataSource data, string sql)
    {
        await using var command = data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Nothing : IJobBody
    {
        public Task RunAsync(JobRun run, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
