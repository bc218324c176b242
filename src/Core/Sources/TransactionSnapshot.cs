using System.Globalization;

namespace Dashboard.Core.Sources;

/// <summary>Which transactions were over for a statement: what <c>txid_current_snapshot()</c> says, <c>oldest:next:running,…</c>.</summary>
/// <param name="Oldest">All before this one were over.</param>
/// <param name="Next">None from this one on had begun.</param>
/// <param name="Running">Those between that were not over.</param>
internal sealed record TransactionSnapshot(ulong Oldest, ulong Next, IReadOnlyList<ulong> Running)
{
    /// <summary>How long to wait each time before a look again for what was told and cannot be seen yet: with a synchronous standby a commit is in the log long before.</summary>
    public static IReadOnlyList<TimeSpan> LooksAgain { get; } = [.. Enumerable.Range(0, 10).Select(step => TimeSpan.FromMilliseconds(1 << step))];

    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">When it is not of that form.</exception>
    public static TransactionSnapshot Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(':') is [var oldest, var next, var running]
            ? new TransactionSnapshot(Number(oldest), Number(next), [.. running.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number)])
            : throw new FormatException($"'{text}' is not a snapshot of transactions.");

        static ulong Number(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>Whether all these were over, and what they wrote is seen.</summary>
    public bool Sees(IReadOnlyList<uint> transactions)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        return transactions.All(Sees);
    }

    // Of the number the log carries the low 32 bits only: it is the one nearest to those of now.
    private bool Sees(uint transaction)
    {
        var behind = unchecked((int)((uint)Next - transaction));
        return behind > 0 && !Running.Contains(Next - (ulong)behind);
    }
}
