using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Sources;
using Npgsql;

namespace Dashboard.Core.Runner;

/// <summary>Finds crontabber's tables in a database, in whatever schema they are, and makes them where that was asked for.</summary>
public static class StateTables
{
    // The one on the search path first, as crontabber itself would use it.
    private const string FindSql = """
        select n.nspname
          from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         where c.relname = 'crontabber' and c.relkind in ('r', 'p')
           and exists (select from pg_catalog.pg_class l where l.relnamespace = c.relnamespace and l.relname = 'crontabber_log' and l.relkind in ('r', 'p'))
         order by pg_catalog.pg_table_is_visible(c.oid) desc, n.nspname collate "C"
         limit 1
        """;

    // As crontabber 0.18 makes them: no primary key, no index on the log.
    private const string CreateSql = """
        create table crontabber (
            app_name     text not null,
            next_run     timestamp with time zone,
            first_run    timestamp with time zone,
            last_run     timestamp with time zone,
            last_success timestamp with time zone,
            ongoing      timestamp with time zone,
            error_count  integer default 0,
            depends_on   text[],
            last_error   json
        );
        create unique index crontabber_unique_app_name_idx on crontabber using btree (app_name);
        create table crontabber_log (
            id            serial not null,
            app_name      text not null,
            log_time      timestamp with time zone default now() not null,
            duration      interval,
            success       timestamp with time zone,
            exc_type      text,
            exc_value     text,
            exc_traceback text
        )
        """;

    /// <summary>The tables of a database; null when it has none and none were to be made.</summary>
    /// <param name="source">The database.</param>
    /// <param name="create">Whether to make them where they are missing.</param>
    /// <param name="retries">How to wait for it and to use the tables, and where to tell.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<StateTable?> FindAsync(NpgsqlDataSource source, bool create, RunnerRetries retries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(retries);
        var runs = retries.Runs(source, retries.Begins);
        if (await SchemaAsync(runs, cancellationToken) is { } found)
        {
            return Of(source, found, retries);
        }

        if (!create)
        {
            return null;
        }

        await runs.Once.ExecuteAsync(static () => new NpgsqlCommand(CreateSql), cancellationToken);
        return Of(source, (await SchemaAsync(runs, cancellationToken))!, retries);
    }

    /// <summary>The same, without telling anybody.</summary>
    public static Task<StateTable?> FindAsync(NpgsqlDataSource source, bool create, CancellationToken cancellationToken) =>
        FindAsync(source, create, RunnerRetries.None with { Compat = false }, cancellationToken);

    private static StateTable Of(NpgsqlDataSource source, string schema, RunnerRetries retries) =>
        new(source, retries, new ObservedRelation(schema, "crontabber", 'r', new HashSet<string>()).Sql, new ObservedRelation(schema, "crontabber_log", 'r', new HashSet<string>()).Sql);

    private static async Task<string?> SchemaAsync(PostgresRuns runs, CancellationToken cancellationToken) =>
        (string?)await runs.Statements.ScalarAsync(static () => new NpgsqlCommand(FindSql), cancellationToken);
}
