namespace Dashboard.Core.Runs;

/// <summary>What the records of one source hold now; published whenever runs were added.</summary>
/// <param name="Source">The source.</param>
/// <param name="Added">How many runs this node has added since it started: grows with each addition.</param>
/// <param name="Reach">How much of the log is recorded; null before anything is known.</param>
/// <param name="Notice">Why nothing is recorded at present, in one sentence; null when all is well.</param>
public sealed record RecordsNow(string Source, long Added, RecordsReach? Reach, string? Notice)
{
    /// <summary>Nothing known yet.</summary>
    public static RecordsNow Empty(string source) => new(source, 0, null, null);
}
