using Dashboard.Core.Database;
using Npgsql;

namespace Dashboard.Core.Runner;

/// <summary>Reads who holds which lock.</summary>
internal sealed class LockQueries(OwnDatabase own)
{
    private const string AllSql = """
        select app_name, ongoing, id, host, boot_id, process, started, now() - heard_at
          from dashboard.runner_lock
         where source = $1
         order by started_at desc
         limit 1000
        """;

    /// <summary>The records of one source's locks, the newest first; what is left of a runner that was killed among them.</summary>
    public async Task<IReadOnlyList<RecordedLock>> AllAsync(string source, CancellationToken cancellationToken)
    {
        await using var command = own.Source.CreateCommand(AllSql);
        command.CommandTimeout = 5;
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var locks = new List<RecordedLock>();
        while (await reader.ReadAsync(cancellationToken))
        {
            locks.Add(new RecordedLock(
                reader.GetString(0),
                reader.GetFieldValue<DateTimeOffset>(1),
                new LockOwner(reader.GetGuid(2), new ProcessIdentity(reader.GetString(3), reader.GetString(4), reader.GetInt32(5), reader.GetInt64(6)), reader.GetFieldValue<TimeSpan>(7))));
        }

        return locks;
    }
}
