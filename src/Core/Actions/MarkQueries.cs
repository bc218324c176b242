using Dashboard.Core.Database;
using Npgsql;

namespace Dashboard.Core.Actions;

/// <summary>Reads holds and acknowledgements: <c>dashboard.job_hold</c> and <c>dashboard.acknowledgement</c>.</summary>
public sealed class MarkQueries(OwnDatabase database)
{
    private const string HoldsSql = """
        select app_name, until, held_by, reason, since, action, next_run_before
          from dashboard.job_hold
         where source = @source and ended_at is null and until > now()
         order by app_name
         limit 20000
        """;

    private const string AcknowledgedSql = """
        select app_name, said_by, reason, said_at, last_run, ongoing, action
          from dashboard.acknowledgement
         where source = @source and ended_at is null and said_at > now() - interval '90 days'
         order by app_name, said_at
         limit 20000
        """;

    /// <summary>All of one source.</summary>
    public async Task<MarksSnapshot> OfAsync(string source, CancellationToken cancellationToken) =>
        await database.Now.Statements.RunAsync(static (connection, source, token) => ReadAsync(connection, source, token), source, cancellationToken);

    private static async ValueTask<MarksSnapshot> ReadAsync(NpgsqlConnection connection, string source, CancellationToken cancellationToken)
    {
        var holds = new Dictionary<string, JobHold>(StringComparer.Ordinal);
        await using (var command = Command(HoldsSql, connection, source))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                holds[reader.GetString(0)] = new JobHold(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4))
                {
                    Action = reader.GetGuid(5),
                    NextRunBefore = Moment(reader, 6),
                };
            }
        }

        var acknowledged = new Dictionary<string, Acknowledgement>(StringComparer.Ordinal);
        await using (var command = Command(AcknowledgedSql, connection, source))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                acknowledged[reader.GetString(0)] = new Acknowledgement(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3), Moment(reader, 4), Moment(reader, 5)) { Action = reader.GetGuid(6) };
            }
        }

        return new MarksSnapshot { Source = source, Holds = holds, Acknowledged = acknowledged };
    }

    private static DateTimeOffset? Moment(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private static NpgsqlCommand Command(string sql, NpgsqlConnection connection, string source)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 5 };
        command.Parameters.Add(new NpgsqlParameter<string>("source", source));
        return command;
    }
}
