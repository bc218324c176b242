namespace Dashboard.Core.Sources;

/// <summary>What may have changed in a source.</summary>
[Flags]
public enum SourceChange
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The state table.</summary>
    Jobs = 1,

    /// <summary>The log.</summary>
    Runs = 2,

    /// <summary>We cannot know what was missed: drop what was remembered between readings.</summary>
    Resync = 4,

    /// <summary>After a start or a loss.</summary>
    Everything = Jobs | Runs | Resync,
}

/// <summary>
/// A room that keeps a feed of some observed rows. The watch on a source calls it once for each change, one call at a time for each source;
/// what it throws marks the source stale and is tried again after a reconnect.
/// </summary>
public interface ISourceReader
{
    /// <summary>Which changes concern this room.</summary>
    SourceChange Interest { get; }

    /// <summary>Reads what changed and publishes a new snapshot if it differs.</summary>
    Task ReadAsync(ObservedSource observed, SourceNews news, CancellationToken cancellationToken);
}
