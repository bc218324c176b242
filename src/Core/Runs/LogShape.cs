namespace Dashboard.Core.Runs;

/// <summary>How the rows of a log can be reached without reading all of them.</summary>
internal enum LogReach
{
    /// <summary>By ranges of id, down an index.</summary>
    Index,

    /// <summary>By ranges of pages, from the end of the table.</summary>
    Pages,

    /// <summary>By id, because the planner says that even all of it is little work.</summary>
    Whole,

    /// <summary>Not at all.</summary>
    Nothing,
}

/// <summary>A log as it lies in the database at a moment.</summary>
/// <param name="AsOf">The database's clock.</param>
/// <param name="Reach">How its rows can be reached.</param>
/// <param name="File">Its file node: another one after TRUNCATE, VACUUM FULL or CLUSTER. 0 where there is none.</param>
/// <param name="Pages">How many pages it has.</param>
internal sealed record LogShape(DateTimeOffset AsOf, LogReach Reach, uint File, uint Pages)
{
    /// <summary>Whether its rows have a place that can be asked for.</summary>
    public bool HasPlaces => File != 0;
}
