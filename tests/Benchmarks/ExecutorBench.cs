using System.Diagnostics;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Benchmarks;

/// <summary>P10: what the executor adds to a transaction that goes well, in time and in bytes, beside the same calls made by hand.</summary>
internal static class ExecutorBench
{
    private const string Sql = "select 1";

    public static async Task RunAsync(Report report, bool quick)
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var source = NpgsqlDataSource.Create(await postgres.NewDatabaseAsync());
        var silent = new Silent();
        var executor = Executor(source, NpgsqlUse.Repeatable, silent);
        var proving = Executor(source, NpgsqlUse.Once, silent);
        Func<NpgsqlDataSource, Task>[] ways =
        [
            BareAsync,
            async _ => await executor.RunAsync(Work, 0, CancellationToken.None),
            async _ => await proving.RunAsync(Work, 0, CancellationToken.None),
        ];
        var rounds = quick ? 20 : 100;
        const int calls = 200;
        report.Rounds = rounds;
        var took = ways.Select(_ => new List<double>()).ToArray();
        var bytes = ways.Select(_ => new List<double>()).ToArray();
        for (var round = -3; round < rounds; round++)
        {
            for (var turn = 0; turn < ways.Length; turn++)
            {
                // Each in turn goes first, so that none always meets the machine as another left it.
                var way = (turn + round + 3) % ways.Length;
                var allocated = GC.GetTotalAllocatedBytes(precise: true);
                var began = Stopwatch.GetTimestamp();
                for (var call = 0; call < calls; call++)
                {
                    await ways[way](source);
                }

                var elapsed = Stopwatch.GetElapsedTime(began).TotalMicroseconds / calls;
                if (round >= 0)
                {
                    took[way].Add(elapsed);
                    bytes[way].Add((GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)calls);
                }
            }
        }

        // Rounds are compared with themselves: the machine is not as fast from one round to the next.
        double Over(List<double>[] of, int way) => new Sample(of[way].Zip(of[0], (one, bare) => one - bare)).At(0.5);
        report.Add(new Figure("P10", "bare-transaction", new Sample(took[0]).At(0.5), "us"));
        report.Add(new Figure("P10", "executor-over-bare", Over(took, 1), "us", AtMost: 5));
        report.Add(new Figure("P10", "executor-over-bare-bytes", Over(bytes, 1), "B", AtMost: 0.5));
        report.Add(new Figure("P10", "executor-that-proves-its-commit-over-bare", Over(took, 2), "us"));
        report.Add(new Figure("P10", "executor-that-proves-its-commit-over-bare-bytes", Over(bytes, 2), "B"));
        report.Note("The proof is one more trip to the server before COMMIT, on loopback here; without it what a COMMIT without an answer was to do is done again.");
    }

    private static TransactionExecutor<NpgsqlConnection> Executor(NpgsqlDataSource source, NpgsqlUse use, IRetryTelemetry silent) =>
        new(new NpgsqlResource(source, use), new ExecutorOptions(), ExecutorIdentity.OfThisProcess("bench", "bench"), silent, TimeProvider.System);

    private static async Task BareAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Work(connection, 0, CancellationToken.None);
        await transaction.CommitAsync();
    }

    private static async ValueTask<int> Work(NpgsqlConnection connection, int state, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is int one ? one + state : 0;
    }

    private sealed class Silent : IRetryTelemetry
    {
        private long counted;

        public void Tell(RetryEvent told)
        {
        }

        public void Count(ExecutorIdentity who, string resource, string backend) => Interlocked.Increment(ref counted);
    }
}
