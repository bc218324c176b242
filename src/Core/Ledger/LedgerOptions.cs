using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Ledger;

/// <summary>Section <c>Ledger</c>: how long is kept what was said, promised and sent.</summary>
public sealed record LedgerOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Ledger";

    /// <summary>How many days.</summary>
    [Range(1, 3_650)]
    public int KeepDays { get; init; } = 90;
}
