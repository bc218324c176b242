using System.Security.Cryptography;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>Does what the scheduler does to its tables, on a row of a name nobody has, in a transaction that is rolled back.</summary>
internal sealed class SchedulerProof(SourceGround ground)
{
    /// <summary>Returns when INSERT, UPDATE and DELETE work; throws what the scheduler would have met.</summary>
    public async Task RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var name = $"dashboard-proof-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        foreach (var sql in Statements())
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            command.Parameters.AddWithValue("name", name);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.RollbackAsync(cancellationToken);
    }

    // Ids are given, and below zero: a sequence does not roll back.
    private IEnumerable<string> Statements()
    {
        var state = ground.State.Quoted;
        yield return $"insert into {state} ({Columns(ground.StateColumns)}) values ({Values(ground.StateColumns)})";
        yield return $"select app_name from {state} where app_name = @name for update nowait";
        yield return $"update {state} set next_run = now() + interval '1 hour' where app_name = @name";
        yield return $"delete from {state} where app_name = @name";
        if (ground.Log is { } log)
        {
            yield return $"insert into {log.Quoted} ({Columns(ground.LogColumns)}) values ({Values(ground.LogColumns)})";

            // Nothing is looked for in a log without an index; whether DELETE may run at all is settled before the first row.
            yield return $"delete from {log.Quoted} where false and app_name = @name";
        }
    }

    private static string Columns(IReadOnlyList<ColumnFacts> columns) => string.Join(", ", Written(columns).Select(pair => pair.Column));

    private static string Values(IReadOnlyList<ColumnFacts> columns) => string.Join(", ", Written(columns).Select(pair => pair.Value));

    private static IEnumerable<(string Column, string Value)> Written(IReadOnlyList<ColumnFacts> columns) =>
        from column in columns
        let value = column.Name switch
        {
            "id" => $"-{RandomNumberGenerator.GetInt32(1, 1_000_000_000)}",
            "app_name" => "@name",
            "next_run" or "log_time" => "now()",
            "error_count" => "0",
            "depends_on" or "last_error" => "'{}'",
            "duration" => "'0'",
            _ => null,
        }
        where value is not null
        select (column.Name, value);
}
