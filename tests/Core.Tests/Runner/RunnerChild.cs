using System.Globalization;
using Dashboard.Core.Database;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Schedules;
using Npgsql;

namespace Dashboard.Core.Tests.Runner;

/// <summary>
/// A runner in a process of its own, to be killed: this test program, started with the database in its environment. It makes ticks until nothing is
/// left to make up for, and prints a line when a slot begins.
/// </summary>
internal static class RunnerChild
{
    public const string Database = "DASHBOARD_TESTS_RUNNER_DATABASE";

    /// <summary>The job that is killed: each slot is one row of a table of its own.</summary>
    public static RunnerJob Job(NpgsqlDataSource data, TextWriter? say = null) => new(
        new JobDefinition { Name = "minutes", Schedule = new Schedule("1m", null, Backfills: true) }, new Slots(data, say));

    /// <summary>What the process does.</summary>
    public static async Task<int> RunAsync(string database)
    {
        await using var data = NpgsqlDataSource.Create(database);
        await using var own = new OwnDatabase(database);
        var table = (await StateTables.FindAsync(data, create: false, CancellationToken.None))!;
        using var tick = new RunnerTick(table, [Job(data, Console.Out)], new RunnerOptions(), TimeProvider.System, new RunnerRecords(own.Now, "default"));
        var report = await tick.RunAsync(CancellationToken.None);
        await Console.Out.WriteLineAsync($"over: {report.Turns[0].Outcome} {report.Turns[0].Because}");
        return report.ExitCode;
    }

    private sealed class Slots(NpgsqlDataSource data, TextWriter? say) : IJobBody
    {
        public async Task RunAsync(JobRun run, CancellationToken cancellationToken)
        {
            if (say is not null)
            {
                await say.WriteLineAsync(run.Slot!.Value.ToString("s", CultureInfo.InvariantCulture));
                await say.FlushAsync(cancellationToken);
            }

            await using var command = data.CreateCommand("insert into worked (slot) values ($1)");
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = run.Slot!.Value.UtcDateTime });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
