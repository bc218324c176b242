using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Access;

namespace Dashboard.Core.Actions.Audit;

/// <summary>What a line of the audit tells of.</summary>
public static class AuditEvents
{
    /// <summary>Somebody committed a plan; what became of it is a later line.</summary>
    public const string Began = "began";

    /// <summary>It was done.</summary>
    public const string Done = "done";

    /// <summary>The row was another than the plan's: nothing was done.</summary>
    public const string Stale = "stale";

    /// <summary>Somebody held the row, or the database was out of reach: nothing was done, and the plan can be committed again.</summary>
    public const string Busy = "busy";

    /// <summary>The database, or the rules, refused it.</summary>
    public const string Refused = "refused";

    /// <summary>Somebody who may not tried.</summary>
    public const string Denied = "denied";

    /// <summary>The dashboard stopped on the way; nothing was done.</summary>
    public const string Nothing = "nothing";

    /// <summary>Nobody remembers what became of it.</summary>
    public const string Unknown = "unknown";

    /// <summary>Nothing further of an operation begins until somebody says so.</summary>
    public const string Paused = "paused";

    /// <summary>An operation goes on.</summary>
    public const string Resumed = "resumed";

    /// <summary>What had not begun of an operation was cancelled, or all of it was thrown away.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Every part of an operation has ended.</summary>
    public const string Ended = "ended";

    /// <summary>Somebody came in.</summary>
    public const string Login = "login";

    /// <summary>Who may come in was changed: a key, a session, somebody shut out or let in.</summary>
    public const string Access = "access";

    /// <summary>Somebody gave their word for what the dashboard cannot know.</summary>
    public const string Vouched = "vouched";

    /// <summary>The events after which nothing more comes of an action.</summary>
    public static readonly IReadOnlyList<string> Final = [Done, Stale, Refused, Nothing, Unknown];
}

/// <summary>One line of the audit, without its place in the chain.</summary>
/// <param name="Event">One of <see cref="AuditEvents"/>.</param>
/// <param name="Who">Who did it.</param>
/// <param name="Summary">What, in one sentence.</param>
public sealed record AuditEntry(string Event, Actor Who, string Summary)
{
    /// <summary>The action; null for what is none.</summary>
    public Guid? Action { get; init; }

    /// <summary>The observed database.</summary>
    public string? Source { get; init; }

    /// <summary>The job.</summary>
    public string? Job { get; init; }

    /// <summary>What kind of action, by its slug.</summary>
    public string? Kind { get; init; }

    /// <summary>Why, as whoever did it said.</summary>
    public string? Reason { get; init; }

    /// <summary>The row before, as JSON without secrets.</summary>
    public string? Before { get; init; }

    /// <summary>The row after, as JSON without secrets.</summary>
    public string? After { get; init; }
}

/// <summary>One line of the audit in its place.</summary>
public sealed record AuditLine
{
    /// <summary>1, 2, 3 … without a gap.</summary>
    public required long Sequence { get; init; }

    /// <summary>When, by the clock of the dashboard's own database, to the microsecond.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What.</summary>
    public required AuditEntry Entry { get; init; }

    /// <summary>The hash of the line before; 32 zeros for the first.</summary>
    public required byte[] Previous { get; init; }

    /// <summary>The hash of this one.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>What comes before the first line.</summary>
    public static byte[] Origin => new byte[SHA256.HashSizeInBytes];

    /// <summary>The hash a line must have: over every cell, each with its length, so that nothing can be moved from one to the next.</summary>
    public static byte[] HashOf(long sequence, DateTimeOffset at, AuditEntry entry, byte[] previous)
    {
        ArgumentNullException.ThrowIfNull(entry);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, sequence);
        hash.AppendData(number);
        BinaryPrimitives.WriteInt64BigEndian(number, at.UtcTicks);
        hash.AppendData(number);
        foreach (var cell in (string?[])[entry.Event, entry.Action?.ToString("D"), entry.Who.Name, entry.Who.Role.Name(), entry.Who.Via, entry.Who.Address, entry.Source, entry.Job, entry.Kind, entry.Reason, entry.Summary, entry.Before, entry.After])
        {
            var bytes = cell is null ? [] : Encoding.UTF8.GetBytes(cell);
            BinaryPrimitives.WriteInt64BigEndian(number, cell is null ? -1 : bytes.Length);
            hash.AppendData(number);
            hash.AppendData(bytes);
        }

        hash.AppendData(previous);
        return hash.GetHashAndReset();
    }
}

/// <summary>A place in the chain, noted outside of the database: all before it is bound by its hash.</summary>
/// <param name="Sequence">The line.</param>
/// <param name="Hash">Its hash.</param>
public sealed record AuditAnchor(long Sequence, byte[] Hash)
{
    /// <summary>As it stands in logs and on a command line: <c>12:9f86d0…</c>.</summary>
    public override string ToString() => $"{Sequence}:{Convert.ToHexStringLower(Hash)}";

    /// <summary>Reads it back; null when it is none.</summary>
    public static AuditAnchor? Parse(string? text)
    {
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon <= 0 || !long.TryParse(text.AsSpan(0, colon), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var sequence) || text!.Length != colon + 65)
        {
            return null;
        }

        try
        {
            return new AuditAnchor(sequence, Convert.FromHexString(text.AsSpan(colon + 1)));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
