using System.Text.Json;

namespace Dashboard.Core.Sources;

/// <summary>The server and our role in it.</summary>
internal sealed record ServerFacts
{
    public int Version { get; init; }

    public bool Standby { get; init; }

    public string WalLevel { get; init; } = "";

    public string Role { get; init; } = "";

    public bool MayReplicate { get; init; }

    /// <summary>The server's process behind this connection; another than the connection was told when a pooler stands between.</summary>
    public int Process { get; init; }
}

/// <summary>A relation that may be the scheduler's, from the catalogue.</summary>
internal sealed record RelationFacts
{
    public long Oid { get; init; }

    public string Schema { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Schema and name as the server quotes them.</summary>
    public string Quoted { get; init; } = "";

    public string Kind { get; init; } = "r";

    /// <summary><c>pg_class.relreplident</c>: d default, n nothing, f full, i index.</summary>
    public string ReplicaIdentity { get; init; } = "d";

    public bool SchemaUsage { get; init; }

    /// <summary>SELECT on the whole, which system columns such as xmin need.</summary>
    public bool Selectable { get; init; }

    public bool RowSecurity { get; init; }

    public bool HasBytes { get; init; }

    /// <summary>Place of its schema in the search path; null outside.</summary>
    public int? PathPosition { get; init; }
}

/// <summary>A column of such a relation.</summary>
internal sealed record ColumnFacts
{
    public long Relation { get; init; }

    public string Name { get; init; } = "";

    public string Type { get; init; } = "";

    public bool NotNull { get; init; }

    public bool Readable { get; init; }
}

/// <summary>An index of such a relation.</summary>
internal sealed record IndexFacts
{
    public long Relation { get; init; }

    public string Name { get; init; } = "";

    public bool Usable { get; init; }

    /// <summary>Unique, checked at once, and the primary key.</summary>
    public bool Unique { get; init; }

    public bool Immediate { get; init; }

    public bool Primary { get; init; }

    /// <summary>A B-tree over whole rows and plain columns.</summary>
    public bool Plain { get; init; }

    public string[] Columns { get; init; } = [];
}

/// <summary>A publication that covers such a relation.</summary>
internal sealed record PublicationFacts
{
    public long Relation { get; init; }

    public string Name { get; init; } = "";

    public bool Updates { get; init; }

    public bool Deletes { get; init; }
}

/// <summary>A trigger somebody made on such a relation.</summary>
internal sealed record TriggerFacts
{
    public long Relation { get; init; }

    public string Name { get; init; } = "";

    public bool Enabled { get; init; }
}

/// <summary>Everything the catalogue says that matters here.</summary>
internal sealed record SourceFacts
{
    public required ServerFacts Server { get; init; }

    public IReadOnlyList<RelationFacts> Relations { get; init; } = [];

    public IReadOnlyList<ColumnFacts> Columns { get; init; } = [];

    public IReadOnlyList<IndexFacts> Indexes { get; init; } = [];

    public IReadOnlyList<PublicationFacts> Publications { get; init; } = [];

    public IReadOnlyList<TriggerFacts> Triggers { get; init; } = [];

    /// <summary>Relation → the tables its rows are stored in: itself, its partitions, or what its view reads.</summary>
    public IReadOnlyDictionary<long, long[]> Stored { get; init; } = new Dictionary<long, long[]>();

    /// <summary>True when what answers is not what we connected to.</summary>
    public bool Pooled { get; init; }

    /// <summary>The same for the same facts, whichever connection found them.</summary>
    public string Fingerprint() => JsonSerializer.Serialize(this with { Server = Server with { Process = 0 } });
}

/// <summary>What the scheduler's tables stand on: what watching and installing need beyond the capabilities that everyone may see.</summary>
internal sealed record SourceGround
{
    public required ServerFacts Server { get; init; }

    public required RelationFacts State { get; init; }

    public RelationFacts? Log { get; init; }

    public long[] StateStored { get; init; } = [];

    public long[] LogStored { get; init; } = [];

    public IReadOnlyList<ColumnFacts> StateColumns { get; init; } = [];

    public IReadOnlyList<ColumnFacts> LogColumns { get; init; } = [];

    public IReadOnlyList<IndexFacts> Indexes { get; init; } = [];

    public IReadOnlyList<PublicationFacts> Publications { get; init; } = [];

    public IReadOnlyList<TriggerFacts> Triggers { get; init; } = [];

    public bool Pooled { get; init; }

    /// <summary>Whether a trigger of ours fires on the relation.</summary>
    public bool HasTrigger(RelationFacts relation) =>
        Triggers.Any(trigger => trigger.Relation == relation.Oid && trigger.Name == CaptureNames.Changed && trigger.Enabled);

    /// <summary>Whether the publication we install covers the relation.</summary>
    public bool Publishes(RelationFacts relation) =>
        Publications.Any(publication => publication.Relation == relation.Oid && publication.Name == CaptureNames.Publication(relation));
}
