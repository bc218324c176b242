using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
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
    public async Task<IReadOnlyList<RecordedLock>> AllAsync(string source, CancellationToken cancellationToken) => await own.Now.Statements.RowsAsync(
        () => new NpgsqlCommand(AllSql) { CommandTimeout = 5, Parameters = { new NpgsqlParameter<string> { TypedValue = source } } },
        static row => new RecordedLock(
            row.GetString(0),
            row.GetFieldValue<DateTimeOffset>(1),
            new LockOwner(row.GetGuid(2), new ProcessIdentity(row.GetString(3), row.GetString(4), row.GetInt32(5), row.GetInt64(6)), row.GetFieldValue<TimeSpan>(7))),
        cancellationToken);
}
