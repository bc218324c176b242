using System.Globalization;
using Dashboard.Core.Runner.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Runner.Samples;

/// <summary>Takes the file of active users that <c>fetch-adi-from-hive</c> wrote, lines of product, version and number with tabs between, into a table. Its section says <c>file</c>.</summary>
[CronJob("adu-matview", DependsOn = ["fetch-adi-from-hive"])]
[PostgresTransactions]
public sealed class ActiveUsers
{
    private const string KeepSql = """
        insert into reports.active_users (day, product, version, users) values ($1, $2, $3, $4)
        on conflict (day, product, version) do update set users = excluded.users
        """;

    private readonly string file;

    /// <summary>Takes what its section says.</summary>
    public ActiveUsers(JobOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        file = options.Text("file") ?? "adi.tsv";
    }

    /// <summary>Reads the file first: a transaction waits for no disk.</summary>
    public async Task RunAsync(JobTransactions transactions, JobRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        ArgumentNullException.ThrowIfNull(run);
        var lines = await File.ReadAllLinesAsync(file, cancellationToken);
        var numbers = lines.Select((line, i) => Read(line, i + 1)).ToArray();
        await transactions.RunAsync(
            async (connection, _, token) =>
            {
                await using var batch = new NpgsqlBatch(connection);
                foreach (var (product, version, users) in numbers)
                {
                    batch.BatchCommands.Add(new NpgsqlBatchCommand(KeepSql)
                    {
                        Parameters =
                        {
                            new NpgsqlParameter { Value = DateOnly.FromDateTime(run.StartedAt.UtcDateTime), NpgsqlDbType = NpgsqlDbType.Date },
                            new NpgsqlParameter<string> { TypedValue = product }, new NpgsqlParameter<string> { TypedValue = version }, new NpgsqlParameter<int> { TypedValue = users },
                        },
                    });
                }

                await batch.ExecuteNonQueryAsync(token);
            },
            cancellationToken);
    }

    private (string Product, string Version, int Users) Read(string line, int number) =>
        line.Split('\t') is [var product, var version, var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var users)
            ? (product, version, users)
            : throw new FormatException($"{Path.GetFileName(file)}:{number}: '{line}' is no product, version and number with tabs between.");
}
