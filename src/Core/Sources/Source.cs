namespace Dashboard.Core.Sources;

/// <summary>How changes of a source reach us.</summary>
public enum CaptureMode
{
    /// <summary>A cheap question every two seconds; needs SELECT only.</summary>
    Poll,

    /// <summary>Statement triggers with a constant payload and LISTEN; installed on request only.</summary>
    Notify,

    /// <summary>Logical decoding from a temporary slot; nothing stays behind in the database.</summary>
    Logical,
}

/// <summary>One observed database: where it is and how we were told to watch it.</summary>
/// <param name="Name">Short and unique, as it stands in URLs.</param>
/// <param name="ConnectionString">For Npgsql; holds secrets, so it is never shown: see <paramref name="Address"/>.</param>
/// <param name="Address">Host, port and database as people may see them.</param>
public sealed record Source(string Name, string ConnectionString, string Address)
{
    /// <summary>The schema of the scheduler's tables; null to find it.</summary>
    public string? Schema { get; init; }

    /// <summary>The mode asked for; null for the default of the kind of database.</summary>
    public CaptureMode? Capture { get; init; }

    /// <summary>The file that says what the scheduler runs when: its <c>crontabber.ini</c>, Socorro's <c>JOBS</c>, or a kept listing; null for none.</summary>
    public string? JobsFile { get; init; }

    /// <summary>The file that says what the classes are called, whether they backfill and on whom they depend; null for none.</summary>
    public string? MappingFile { get; init; }

    /// <summary>For the role that acts, where it is another than the one that reads; null when it is the same. Holds secrets too.</summary>
    public string? ActionConnectionString { get; init; }

    /// <summary>True when nobody may act on it from here, whatever the database would allow.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>What it is, in a few words, where its address does not tell.</summary>
    public string? About { get; init; }

    /// <summary>True for a database of the embedded server: ours, so it may be decoded without asking.</summary>
    public bool Embedded { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Address})";
}
