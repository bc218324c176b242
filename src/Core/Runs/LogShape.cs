using System.Runtime.InteropServices;
using Dashboard.Core.Sources;

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

/// <summary>
/// What was seen of a log when it was read last. A writer takes its id, is held up, and shows its row when hundreds with greater ids were read
/// already: so the newest id alone does not tell what is new.
/// </summary>
/// <param name="Id">Every row above this id is asked for.</param>
/// <param name="Transaction">
/// The low 32 bits of the number of a transaction: those before it were over, and what they wrote was seen. So of the <see cref="Late"/> ids below
/// <paramref name="Id"/> only rows of later ones are asked for. Null to ask for none of them.
/// </param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LogMark(long Id, uint? Transaction)
{
    /// <summary>How many ids below <see cref="Id"/> may still become visible.</summary>
    public const long Late = 5_000;

    /// <summary>Before the first row.</summary>
    public static LogMark Beginning => new(long.MinValue, null);

    /// <summary>The mark after everything up to an id was read of a log that lay as <paramref name="shape"/> says before that.</summary>
    public static LogMark Of(long newestId, LogShape shape) => new(newestId - PagedLog.Overlap, (uint?)(shape.Seen?.Oldest & uint.MaxValue));
}

/// <summary>A log as it lies in the database at a moment.</summary>
/// <param name="AsOf">The database's clock.</param>
/// <param name="Reach">How its rows can be reached.</param>
/// <param name="File">Its file node: another one after TRUNCATE, VACUUM FULL or CLUSTER. 0 where there is none.</param>
/// <param name="Pages">How many pages it has.</param>
/// <param name="Seen">The transactions whose rows were seen then; null where versions of rows cannot be told apart.</param>
internal sealed record LogShape(DateTimeOffset AsOf, LogReach Reach, uint File, uint Pages, TransactionSnapshot? Seen = null)
{
    /// <summary>Whether its rows have a place that can be asked for.</summary>
    public bool HasPlaces => File != 0;
}
