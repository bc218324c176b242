using Dapper;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>What our role may change, and what of ours is there already.</summary>
internal sealed record InstallFacts
{
    public bool OwnsState { get; init; }

    public bool OwnsLog { get; init; }

    public bool CreatesInSchema { get; init; }

    public bool CreatesInDatabase { get; init; }

    public bool HasFunction { get; init; }

    /// <summary>Triggers on other tables that call the function too.</summary>
    public long OtherCallers { get; init; }

    public bool HasStatePublication { get; init; }

    /// <summary>The comment on it: the table's replica identity before ours; null when there is none.</summary>
    public string? StatePublicationComment { get; init; }

    public bool HasLogPublication { get; init; }

    public bool BuildingIndex { get; init; }

    private const string Sql = """
        select coalesce((select pg_has_role(relowner, 'usage') from pg_class where oid = @state::oid), false) as ownsstate,
               coalesce((select pg_has_role(relowner, 'usage') from pg_class where oid = @log::oid), false) as ownslog,
               has_schema_privilege(@schema::text::regnamespace, 'create') as createsinschema,
               has_database_privilege(current_database(), 'create') as createsindatabase,
               exists (select from pg_proc where proname = @changed and pronamespace = @schema::text::regnamespace) as hasfunction,
               (select count(*) from pg_trigger t join pg_proc p on p.oid = t.tgfoid
                 where p.proname = @changed and p.pronamespace = @schema::text::regnamespace and t.tgrelid not in (@state::oid, @log::oid)) as othercallers,
               exists (select from pg_publication where pubname = @statepublication) as hasstatepublication,
               (select obj_description(oid, 'pg_publication') from pg_publication where pubname = @statepublication) as statepublicationcomment,
               exists (select from pg_publication where pubname = @logpublication) as haslogpublication,
               exists (select from pg_stat_progress_create_index where relid = @log::oid) as buildingindex
        """;

    /// <summary>Asks the catalogue.</summary>
    public static async Task<InstallFacts> ReadAsync(NpgsqlConnection connection, SourceGround ground, CancellationToken cancellationToken) =>
        await connection.QuerySingleAsync<InstallFacts>(new CommandDefinition(
            Sql,
            new
            {
                state = ground.State.Oid,
                log = ground.Log?.Oid ?? 0,
                schema = ObservedRelation.Quote(ground.State.Schema),
                changed = CaptureNames.Changed,
                statepublication = CaptureNames.Publication(ground.State),
                logpublication = ground.Log is { } log ? CaptureNames.Publication(log) : "",
            },
            cancellationToken: cancellationToken));
}
