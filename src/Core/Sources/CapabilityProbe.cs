using Dapper;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>Looks at the catalogue of an observed database: which tables, which rights, which server. Never at a row of the scheduler's.</summary>
internal static class CapabilityProbe
{
    private static readonly string[] Names = ["crontabber", "crontabber_log", "cron_job", "cron_log"];

    private const string ServerSql = """
        select current_setting('server_version_num')::int as version,
               pg_is_in_recovery() as standby,
               current_setting('wal_level') as wallevel,
               current_user::text as role,
               coalesce((select rolsuper or rolreplication from pg_roles where rolname = current_user), false) as mayreplicate,
               pg_backend_pid() as process
        """;

    /// <summary>The server and our role in it.</summary>
    public static async Task<ServerFacts> ServerAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.QuerySingleAsync<ServerFacts>(new CommandDefinition(ServerSql, cancellationToken: cancellationToken));

    private const string RelationsSql = """
        select c.oid::bigint as oid, n.nspname::text as schema, c.relname::text as name, format('%I.%I', n.nspname, c.relname) as quoted, c.relkind::text as kind,
               c.relreplident::text as replicaidentity,
               has_schema_privilege(n.oid, 'usage') as schemausage,
               has_table_privilege(c.oid, 'select') as selectable,
               case when c.relkind in ('r', 'p') then row_security_active(c.oid) else false end as rowsecurity,
               case when c.relkind in ('r', 'm') then pg_relation_size(c.oid) > 0 else true end as hasbytes,
               array_position(current_schemas(false), n.nspname) as pathposition
          from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
         where c.relname = any(@names)
           and c.relkind in ('r', 'p', 'v', 'm', 'f')
           and c.relpersistence <> 't'
         order by n.nspname, c.relname
        """;

    private static async Task<List<RelationFacts>> RelationsAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<RelationFacts>(new CommandDefinition(RelationsSql, new { names = Names }, cancellationToken: cancellationToken))).AsList();

    private const string ColumnsSql = """
        select a.attrelid::bigint as relation, a.attname::text as name, format_type(a.atttypid, null) as type, a.attnotnull as notnull,
               has_column_privilege(a.attrelid, a.attnum, 'select') as readable
          from pg_attribute a
         where a.attrelid = any(@relations::oid[]) and a.attnum > 0 and not a.attisdropped
         order by a.attrelid, a.attnum
        """;

    private const string IndexesSql = """
        select i.indrelid::bigint as relation, c.relname::text as name, i.indisvalid and i.indisready and i.indislive as usable,
               i.indisunique as unique, i.indimmediate as immediate, i.indisprimary as primary,
               am.amname = 'btree' and i.indpred is null and i.indexprs is null as plain,
               array(select a.attname::text
                       from unnest(i.indkey) with ordinality as k (attnum, place)
                       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                      order by k.place) as columns
          from pg_index i
          join pg_class c on c.oid = i.indexrelid
          join pg_am am on am.oid = c.relam
         where i.indrelid = any(@relations::oid[])
         order by i.indrelid, c.relname
        """;

    private const string PublicationsSql = """
        select c.oid::bigint as relation, p.pubname::text as name, p.pubupdate as updates, p.pubdelete as deletes
          from pg_publication_tables t
          join pg_publication p on p.pubname = t.pubname
          join pg_namespace n on n.nspname = t.schemaname
          join pg_class c on c.relnamespace = n.oid and c.relname = t.tablename
         where c.oid = any(@relations::oid[])
         order by c.oid, p.pubname
        """;

    private const string TriggersSql = """
        select t.tgrelid::bigint as relation, t.tgname::text as name, t.tgenabled <> 'D' as enabled
          from pg_trigger t
         where t.tgrelid = any(@relations::oid[]) and not t.tgisinternal
         order by t.tgrelid, t.tgname
        """;

    private const string StoredSql = """
        with recursive under (root, relation, kind, depth) as (
            select c.oid, c.oid, c.relkind, 0
              from pg_class c
             where c.oid = any(@relations::oid[])
             union
            select u.root, c.oid, c.relkind, u.depth + 1
              from under u
             cross join lateral (
                   select i.inhrelid as oid from pg_inherits i where i.inhparent = u.relation
                    union
                   select d.refobjid
                     from pg_rewrite r
                     join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
                    where r.ev_class = u.relation and d.refobjid <> u.relation and u.kind = 'v') below
              join pg_class c on c.oid = below.oid
             where u.depth < 8)
        select distinct root::bigint as root, relation::bigint as relation
          from under
         where kind in ('r', 'm')
         order by 1, 2
        """;

    /// <summary>Everything that matters here, on one connection.</summary>
    public static async Task<SourceFacts> LookAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var server = await ServerAsync(connection, cancellationToken);
        var relations = await RelationsAsync(connection, cancellationToken);
        var found = new { relations = relations.ConvertAll(relation => relation.Oid).ToArray() };
        var facts = new SourceFacts { Server = server, Relations = relations, Pooled = server.Process != connection.ProcessID };
        if (relations.Count == 0)
        {
            return facts;
        }

        return facts with
        {
            Columns = await QueryAsync<ColumnFacts>(ColumnsSql),
            Indexes = await QueryAsync<IndexFacts>(IndexesSql),
            Publications = server.Version >= 100000 ? await QueryAsync<PublicationFacts>(PublicationsSql) : [],
            Triggers = await QueryAsync<TriggerFacts>(TriggersSql),
            Stored = (await QueryAsync<StoredRow>(StoredSql)).GroupBy(row => row.Root).ToDictionary(rows => rows.Key, rows => rows.Select(row => row.Relation).ToArray()),
        };

        async Task<List<T>> QueryAsync<T>(string sql) =>
            (await connection.QueryAsync<T>(new CommandDefinition(sql, found, cancellationToken: cancellationToken))).AsList();
    }

    private sealed record StoredRow
    {
        public long Root { get; init; }

        public long Relation { get; init; }
    }
}
