using Dashboard.Core.Database;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Ticks;
using Npgsql;

namespace Dashboard.Core.Runner;

/// <summary>Who makes the ticks of a source, asked once, for a command that says something and ends.</summary>
public sealed class TickRunnerLook(OwnDatabase own)
{
    private const string HeardSql = """
        select distinct on (runner) id, host, process, runner, started_at, heard_at
          from dashboard.tick
         where source = $1 and heard_at > now() - interval '30 days'
         order by runner, heard_at desc
         limit 20
        """;

    private const string NowSql = "select now()";

    /// <summary>Asks.</summary>
    public async Task<TickRunner> AtAsync(string source, CancellationToken cancellationToken)
    {
        var ticks = await own.Now.Statements.RowsAsync(
            () => new NpgsqlCommand(HeardSql) { CommandTimeout = 5, Parameters = { new NpgsqlParameter<string> { TypedValue = source } } },
            row => new Tick
            {
                Id = row.GetGuid(0),
                Source = source,
                Host = row.GetString(1),
                Process = row.GetString(2),
                Runner = row.GetString(3),
                StartedAt = row.GetFieldValue<DateTimeOffset>(4),
                HeardAt = row.GetFieldValue<DateTimeOffset>(5),
            },
            cancellationToken);
        var now = new DateTimeOffset((DateTime)(await own.Now.Statements.ScalarAsync(static () => new NpgsqlCommand(NowSql), cancellationToken))!);
        return TickRunnerRule.Ask(ticks, await new LockQueries(own).AllAsync(source, cancellationToken), ProcessIdentity.IsAlive, new RunnerOptions().Silence, now);
    }
}
