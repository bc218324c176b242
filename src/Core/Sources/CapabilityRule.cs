using System.Globalization;

namespace Dashboard.Core.Sources;

/// <summary>What can be shown of a source and what is unusual about it, from the catalogue's facts alone.</summary>
internal static class CapabilityRule
{
    private static readonly string[] StateColumns =
        ["app_name", "next_run", "first_run", "last_run", "last_success", "ongoing", "error_count", "depends_on", "last_error"];

    private static readonly string[] LogColumns = ["id", "app_name", "log_time", "duration", "success", "exc_type", "exc_value", "exc_traceback"];

    /// <summary>The capabilities, and the ground under them.</summary>
    /// <exception cref="NothingToObserveException">There is no table to read; says what was looked for.</exception>
    public static (SourceCapabilities Capabilities, SourceGround Ground) Judge(SourceFacts facts, Source source)
    {
        var notices = new List<string>();
        var state = Choose(facts, source, notices);
        var log = Log(facts, state, notices);
        Missing(facts, state, StateColumns, notices);
        foreach (var relation in log is null ? [state] : (RelationFacts[])[state, log])
        {
            Oddities(facts, relation, notices);
        }

        if (log is not null)
        {
            Missing(facts, log, LogColumns, notices);
        }

        ServerNotices(facts, notices);
        var indexes = facts.Indexes.Where(index => index.Relation == log?.Oid && index is { Usable: true, Plain: true }).ToArray();
        return (
            new SourceCapabilities
            {
                Flavour = FlavourOf(facts, state),
                State = Observed(facts, state),
                Log = log is null ? null : Observed(facts, log),
                LogIndexedByJob = indexes.Any(index => index.Columns is ["app_name", "id", ..]),
                LogIndexedById = indexes.Any(index => index.Columns is ["id", ..]),
                ServerVersion = facts.Server.Version,
                Notices = notices,
            },
            new SourceGround
            {
                Server = facts.Server,
                State = state,
                Log = log,
                StateStored = facts.Stored.GetValueOrDefault(state.Oid, []),
                LogStored = log is null ? [] : facts.Stored.GetValueOrDefault(log.Oid, []),
                StateColumns = [.. ColumnsOf(facts, state)],
                LogColumns = log is null ? [] : [.. ColumnsOf(facts, log)],
                Indexes = [.. facts.Indexes.Where(index => index.Relation == state.Oid || index.Relation == log?.Oid)],
                Publications = facts.Publications,
                Triggers = facts.Triggers,
                Pooled = facts.Pooled,
            });
    }

    private static RelationFacts Choose(SourceFacts facts, Source source, List<string> notices)
    {
        var states = facts.Relations.Where(relation => relation.Name is "crontabber" or "cron_job").ToArray();
        var wanted = source.Schema is { } schema ? states.Where(relation => relation.Schema == schema).ToArray() : states;
        var candidates = wanted
            .Where(relation => HasColumns(facts, relation, "app_name", "next_run"))
            .OrderByDescending(relation => Readable(facts, relation, "app_name"))
            .ThenByDescending(relation => PartnerOf(facts, relation) is not null)
            .ThenByDescending(relation => relation.HasBytes)
            .ThenByDescending(relation => relation.Kind is "r" or "p")
            .ThenBy(relation => relation.PathPosition ?? int.MaxValue)
            .ThenBy(relation => relation.Schema, StringComparer.Ordinal)
            .ThenByDescending(relation => relation.Name, StringComparer.Ordinal)
            .ToArray();
        if (candidates is not [var chosen, .. var others])
        {
            throw new NothingToObserveException(NotFound(states, wanted, source));
        }

        if (!chosen.SchemaUsage)
        {
            throw new NothingToObserveException($"This role may not look into schema {chosen.Schema}: grant usage on schema {chosen.Schema} to {facts.Server.Role}.");
        }

        if (!Readable(facts, chosen, "app_name"))
        {
            throw new NothingToObserveException($"This role may not read {Full(chosen)}: grant select on {Full(chosen)} to {facts.Server.Role}.");
        }

        if (others.Length > 0)
        {
            notices.Add($"{Full(chosen)} is shown, {Reason(facts, chosen, others[0])}; there {(others.Length == 1 ? "is" : "are")} also {string.Join(", ", others.Select(Full))}. Configure Schema to choose.");
        }

        return chosen;
    }

    private static string NotFound(RelationFacts[] states, RelationFacts[] wanted, Source source)
    {
        if (wanted is [var shapeless, ..])
        {
            return $"{Full(shapeless)} has no columns app_name and next_run, so it is not a scheduler's state table.";
        }

        var where = source.Schema is { } schema ? $"in schema {schema}" : "in any schema";
        var instead = states.Length > 0 ? $" (there is {string.Join(", ", states.Select(Full))})" : "";
        return $"No scheduler's tables found: looked for crontabber and cron_job {where}{instead}; looking again.";
    }

    private static string Reason(SourceFacts facts, RelationFacts chosen, RelationFacts other) =>
        !Readable(facts, other, "app_name") ? "the only one this role may read"
        : PartnerOf(facts, chosen) is not null && PartnerOf(facts, other) is null ? "the one with a log beside it"
        : chosen.HasBytes && !other.HasBytes ? "the one that holds rows"
        : chosen.Kind is "r" or "p" && other.Kind is not ("r" or "p") ? "the one that is a table"
        : chosen.PathPosition is not null && chosen.PathPosition != other.PathPosition ? "the first in the search path"
        : "the first by name";

    private static RelationFacts? Log(SourceFacts facts, RelationFacts state, List<string> notices)
    {
        if (PartnerOf(facts, state) is not { } log)
        {
            notices.Add($"There is no {LogName(state)} beside {Full(state)}, so runs cannot be shown.");
            return null;
        }

        if (Unreadable(facts, log, "id", "app_name", "log_time") is { Length: > 0 } unreadable)
        {
            notices.Add(unreadable.All(name => HasColumns(facts, log, name))
                ? $"This role may not read {Full(log)}, so runs cannot be shown: grant select on {Full(log)} to {facts.Server.Role}."
                : $"{Full(log)} lacks {string.Join(", ", unreadable)}, so runs cannot be shown.");
            return null;
        }

        return log;
    }

    private static void Missing(SourceFacts facts, RelationFacts relation, string[] expected, List<string> notices)
    {
        var absent = expected.Where(name => !HasColumns(facts, relation, name)).ToArray();
        if (absent.Length > 0)
        {
            notices.Add(absent is ["ongoing"]
                ? $"{Full(relation)} is of an older crontabber without the column ongoing: running jobs and stuck locks cannot be seen."
                : $"{Full(relation)} has no {string.Join(", ", absent)}: what they say is not shown.");
        }

        var forbidden = expected.Where(name => HasColumns(facts, relation, name) && !Readable(facts, relation, name)).ToArray();
        if (forbidden.Length > 0)
        {
            notices.Add($"This role may not read {string.Join(", ", forbidden)} of {Full(relation)}: what they say is not shown.");
        }
    }

    private static void Oddities(SourceFacts facts, RelationFacts relation, List<string> notices)
    {
        var kind = relation.Kind switch
        {
            "v" => "a view",
            "m" => "a materialised view, as old as its last refresh",
            "f" => "a foreign table, read from another server each time",
            _ => null,
        };
        if (kind is not null)
        {
            notices.Add($"{Full(relation)} is {kind}.");
        }

        if (relation.RowSecurity)
        {
            notices.Add($"Row level security is on for {Full(relation)}: rows this role may not see are missing here.");
        }

        if (BreakingPublication(facts, relation) is { } breaking)
        {
            notices.Add($"Publication {breaking} covers {Full(relation)}, which has no replica identity: every UPDATE and DELETE of the scheduler there fails. ALTER TABLE … REPLICA IDENTITY or drop the publication.");
        }

        foreach (var broken in facts.Indexes.Where(index => index.Relation == relation.Oid && !index.Usable))
        {
            notices.Add($"Index {broken.Name} of {Full(relation)} is invalid: building it was interrupted, or is under way.");
        }
    }

    /// <summary>The publication that makes the scheduler's UPDATEs of this table fail, or null.</summary>
    public static string? BreakingPublication(SourceFacts facts, RelationFacts relation) =>
        HasReplicaIdentity(relation, facts.Indexes)
            ? null
            : facts.Publications.FirstOrDefault(publication => publication.Relation == relation.Oid && (publication.Updates || publication.Deletes))?.Name;

    /// <summary>Whether a row of this table can be named in the WAL, which a publication of its updates needs.</summary>
    public static bool HasReplicaIdentity(RelationFacts relation, IEnumerable<IndexFacts> indexes) => relation.ReplicaIdentity switch
    {
        "f" or "i" => true,
        "d" => indexes.Any(index => index.Relation == relation.Oid && index is { Primary: true, Usable: true }),
        _ => false,
    };

    private static void ServerNotices(SourceFacts facts, List<string> notices)
    {
        if (facts.Server.Standby)
        {
            notices.Add("This is a standby: it shows what has been replayed so far.");
        }

        if (facts.Pooled)
        {
            notices.Add("A connection pooler stands in front of this database.");
        }

        if (facts.Server.Version < 110000)
        {
            notices.Add(string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {facts.Server.Version / 10000}.{facts.Server.Version / 100 % 100} is older than what this dashboard is tested with."));
        }
    }

    private static Flavour FlavourOf(SourceFacts facts, RelationFacts state) =>
        ColumnsOf(facts, state).FirstOrDefault(column => column.Name == "depends_on")?.Type switch
        {
            "text[]" or "character varying[]" => Flavour.Crontabber,
            "text" or "character varying" => Flavour.Socorro,
            _ => state.Name == "cron_job" ? Flavour.Socorro : Flavour.Crontabber,
        };

    private static ObservedRelation Observed(SourceFacts facts, RelationFacts relation) => new(
        relation.Schema,
        relation.Name,
        relation.Kind[0],
        ColumnsOf(facts, relation).Where(column => column.Readable).Select(column => column.Name).ToHashSet(StringComparer.Ordinal))
    {
        HasVersions = relation is { Kind: "r", Selectable: true, RowSecurity: false },
    };

    private static RelationFacts? PartnerOf(SourceFacts facts, RelationFacts state) =>
        facts.Relations.FirstOrDefault(relation => relation.Schema == state.Schema && relation.Name == LogName(state));

    private static string LogName(RelationFacts state) => state.Name == "cron_job" ? "cron_log" : "crontabber_log";

    private static IEnumerable<ColumnFacts> ColumnsOf(SourceFacts facts, RelationFacts relation) => facts.Columns.Where(column => column.Relation == relation.Oid);

    private static bool HasColumns(SourceFacts facts, RelationFacts relation, params string[] names) =>
        names.All(name => ColumnsOf(facts, relation).Any(column => column.Name == name));

    private static bool Readable(SourceFacts facts, RelationFacts relation, string name) =>
        relation.SchemaUsage && ColumnsOf(facts, relation).Any(column => column.Name == name && column.Readable);

    private static string[] Unreadable(SourceFacts facts, RelationFacts relation, params string[] names) =>
        [.. names.Where(name => !Readable(facts, relation, name))];

    private static string Full(RelationFacts relation) => $"{relation.Schema}.{relation.Name}";
}
