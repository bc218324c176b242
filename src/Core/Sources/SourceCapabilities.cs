namespace Dashboard.Core.Sources;

/// <summary>Whose tables these are.</summary>
public enum Flavour
{
    /// <summary>crontabber 0.18: <c>crontabber</c> and <c>crontabber_log</c>.</summary>
    Crontabber,

    /// <summary>Modern Socorro: <c>cron_job</c> and <c>cron_log</c>.</summary>
    Socorro,
}

/// <summary>A table or view of the scheduler, as it was found.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>pg_class.relkind</c>: r table, v view, m materialised view, p partitioned, f foreign.</param>
/// <param name="Columns">The columns we may read.</param>
public sealed record ObservedRelation(string Schema, string Name, char Kind, IReadOnlySet<string> Columns)
{
    /// <summary>True for an ordinary table, which has pages that can be read by number.</summary>
    public bool IsTable => Kind == 'r';

    /// <summary>True when each row's version can be read: a whole table that this role may select from, seen by everybody alike.</summary>
    public bool HasVersions { get; init; }

    /// <summary>Schema and name, quoted for SQL.</summary>
    public string Sql => $"{Quote(Schema)}.{Quote(Name)}";

    /// <summary>Whether the column exists and may be read.</summary>
    public bool Has(string column) => Columns.Contains(column);

    internal static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

/// <summary>What can be shown of a source, found by looking at it once per connection.</summary>
public sealed record SourceCapabilities
{
    /// <summary>Whose tables.</summary>
    public required Flavour Flavour { get; init; }

    /// <summary>The state table.</summary>
    public required ObservedRelation State { get; init; }

    /// <summary>The log; null when there is none or it may not be read.</summary>
    public ObservedRelation? Log { get; init; }

    /// <summary>True when the log has a valid index that leads with app_name, then id.</summary>
    public bool LogIndexedByJob { get; init; }

    /// <summary>True when the log has a valid index that leads with id.</summary>
    public bool LogIndexedById { get; init; }

    /// <summary>The server's version, <c>server_version_num</c>: 150018.</summary>
    public required int ServerVersion { get; init; }

    /// <summary>What is missing or unusual, one sentence each, for the banner. Empty when all is as expected.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}
