using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Dashboard.Core.Runs;

/// <summary>Which runs of a job are asked for.</summary>
/// <param name="Job">Its name.</param>
public sealed record RunPageRequest(string Job)
{
    /// <summary>The runs older than those of the page that gave this cursor; null for the newest.</summary>
    public RunCursor? Cursor { get; init; }

    /// <summary>Only runs that ended so; null for all.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>Only runs logged at or after this moment.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only runs logged before this moment.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>How many at most, 1 to 200.</summary>
    public int Size
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 200);
            field = value;
        }
    }

    = 50;
}

/// <summary>Some runs of one job.</summary>
public sealed record RunPage
{
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<Run> Runs { get; init; }

    /// <summary>
    /// Where to go on; null at the end of the log. A page that is not full but has this is one whose search ended at its limit of work:
    /// it looked back to <see cref="LookedBackTo"/>, and asking again with this searches further.
    /// </summary>
    public RunCursor? Older { get; init; }

    /// <summary>How far back the search for this page went; null when it went to the end, or nowhere.</summary>
    public DateTimeOffset? LookedBackTo { get; init; }

    /// <summary>Why there is nothing to see, in one sentence; null when the log could be read.</summary>
    public string? Notice { get; init; }
}

/// <summary>
/// A place in the history of a job. Stable: rows written meanwhile come before it. As text it is opaque, for URLs and the API.
/// </summary>
/// <param name="Id">Rows with smaller ids follow.</param>
/// <param name="Place">Rows lying before this follow, where the log has no index.</param>
public sealed record RunCursor(long Id, RunPlace? Place)
{
    /// <summary>The cursor a text stands for; false when no cursor was ever written so.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out RunCursor? cursor)
    {
        cursor = null;
        var parts = text?.Split('-') ?? [];
        if (parts.Length is not (1 or 4) || !TryHex(parts[0], out var id) || id > long.MaxValue)
        {
            return false;
        }

        if (parts.Length == 1)
        {
            cursor = new RunCursor((long)id, null);
            return true;
        }

        if (!TryHex(parts[1], out var file) || !TryHex(parts[2], out var block) || !TryHex(parts[3], out var offset)
            || file > uint.MaxValue || block > uint.MaxValue || offset > ushort.MaxValue)
        {
            return false;
        }

        cursor = new RunCursor((long)id, new RunPlace((uint)file, (uint)block, (ushort)offset));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Place is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Id:x}")
        : string.Create(CultureInfo.InvariantCulture, $"{Id:x}-{Place.File:x}-{Place.Block:x}-{Place.Offset:x}");

    private static bool TryHex(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
}
