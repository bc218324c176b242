namespace Dashboard.Core.Ledger;

/// <summary>How promises and pages came out, over all that is kept.</summary>
/// <param name="Kept">Moments of healing that were told and came true.</param>
/// <param name="Broken">Those that passed.</param>
/// <param name="Pages">What was sent, by channel and by how it went.</param>
public sealed record LedgerTotals(long Kept, long Broken, IReadOnlyList<SentTotal> Pages)
{
    /// <summary>Nothing yet.</summary>
    public static LedgerTotals None { get; } = new(0, 0, []);
}

/// <summary>How many messages of one channel went one way.</summary>
/// <param name="Channel">Its name as configured.</param>
/// <param name="Outcome"><c>sent</c>, <c>refused</c> or <c>waiting</c>.</param>
/// <param name="Count">How many.</param>
public sealed record SentTotal(string Channel, string Outcome, long Count);
