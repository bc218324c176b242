using System.Diagnostics;
using Dashboard.Core.Database;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Benchmarks;

/// <summary>P13: what a run costs besides the job's own work, with and without the records beside crontabber's tables; and a tick in which nothing is due.</summary>
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
        var rounds = quick ? 20 : 100;
        foreach (var (name, options) in ((string, RunnerOptions)[])[("", new RunnerOptions()), ("-compat", new RunnerOptions { Compat = true })])
        {
            var tick = new RunnerTick(table, jobs, options, TimeProvider.System, new RunnerRecords(kept.Now, "default"));
            report.Add(new Figure("P13", $"overhead-of-a-run{name}-p95", await MeasureAsync(data, tick, rounds, due: true) / Jobs, "ms", AtMost: 5));
            report.Add(new Figure("P13", $"idle-tick-of-{Jobs}-jobs{name}-p95", await MeasureAsync(data, tick, rounds, due: false), "ms", AtMost: 198));
        }
    }

    private static async Task<double> MeasureAsync(NpgsqlDataSource data, RunnerTick tick, int rounds, bool due)
    {
        var took = new List<double>(rounds);
        for (var round = -3; round < rounds; round++)
        {
            await using (var command = data.CreateCommand($"update crontabber set next_run = now() {(due ? "-" : "+")} interval '1 hour'"))
            {
                await command.ExecuteNonQueryAsync();
            }

            var began = Stopwatch.GetTimestamp();
            var done = await tick.RunAsync(CancellationToken.None);
            var length = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if (done.ExitCode != 0 || (due && done.Turns.Sum(turn => turn.Succeeded) != Jobs))
            {
                throw new InvalidOperationException($"The tick was not as it should be: {done.EndedBecause}");
            }

            if (round >= 0)
            {
                took.Add(length);
            }
        }

        took.Sort();
        return took[(int)(rounds * 0.95) - 1];
    }

    private sealed class Nothing : IJobBody
    {
        public Task RunAsync(JobRun run, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
