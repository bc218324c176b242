using System.Globalization;
using Npgsql.Replication.PgOutput.Messages;

namespace Dashboard.Core.Sources;

/// <summary>Which decoded changes are of the scheduler's tables. A commit is marked as <see cref="SourceChange.Resync"/>.</summary>
internal sealed class DecodedTables(SourceGround ground)
{
    private const string CommitPrefix = "COMMIT ";
    private readonly (string Schema, string Name) state = (ground.State.Schema, ground.State.Name);
    private readonly (string Schema, string Name)? log = ground.Log is { } relation ? (relation.Schema, relation.Name) : null;
    private readonly string statePrefix = $"table {ground.State.Quoted}: ";
    private readonly string? logPrefix = ground.Log is { } quoted ? $"table {quoted.Quoted}: " : null;

    /// <summary>Whether the installed publications cover the tables.</summary>
    public bool Published { get; } = ground.Publishes(ground.State) && (ground.Log is not { } found || ground.Publishes(found));

    /// <summary>Of which table a message of pgoutput is.</summary>
    public SourceChange Of(RelationMessage relation) => Of((relation.Namespace, relation.RelationName));

    /// <summary>Of which table a line of test_decoding is: <c>table public.crontabber: UPDATE: …</c>, or <c>COMMIT 1234</c>.</summary>
    public SourceChange Of(string line)
    {
        if (line.StartsWith("COMMIT", StringComparison.Ordinal))
        {
            return SourceChange.Resync;
        }

        if (line.StartsWith(statePrefix, StringComparison.Ordinal))
        {
            return SourceChange.Jobs;
        }

        if (logPrefix is not null && line.StartsWith(logPrefix, StringComparison.Ordinal))
        {
            return SourceChange.Runs;
        }

        // A TRUNCATE names several tables; that another's name may be found in it costs a reading, no more.
        return line.StartsWith("table ", StringComparison.Ordinal) && line.Contains(": TRUNCATE: ", StringComparison.Ordinal)
            ? (line.Contains(ground.State.Quoted, StringComparison.Ordinal) ? SourceChange.Jobs : SourceChange.None)
                | (ground.Log is { } found && line.Contains(found.Quoted, StringComparison.Ordinal) ? SourceChange.Runs : SourceChange.None)
            : SourceChange.None;
    }

    /// <summary>The transaction a line of test_decoding is the end of: <c>COMMIT 1234</c>; null of any other line.</summary>
    public static uint? Committed(string line) =>
        line.StartsWith(CommitPrefix, StringComparison.Ordinal) && uint.TryParse(line.AsSpan(CommitPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var transaction) ? transaction : null;

    private SourceChange Of((string, string) relation) => relation == state ? SourceChange.Jobs : relation == log ? SourceChange.Runs : SourceChange.None;
}
