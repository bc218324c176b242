namespace Dashboard.Core.Jobs;

/// <summary>Every row of one source's state table, read at one moment. Rows that did not change are the same objects as before.</summary>
public sealed record JobsSnapshot
{
    /// <summary>The source these rows are of.</summary>
    public required string Source { get; init; }

    /// <summary>In name order (code points), one for each <c>app_name</c>.</summary>
    public required IReadOnlyList<Job> Jobs { get; init; }

    /// <summary>What is not shown, in one sentence; null when all of it is.</summary>
    public string? Notice { get; init; }

    /// <summary>The database's clock at the reading; null before the first.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Nothing read yet.</summary>
    public static JobsSnapshot Empty(string source) => new() { Source = source, Jobs = [] };
}
