using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Retries;

/// <summary>Section <c>Retries</c>: what is kept of what executors tell.</summary>
public sealed class RetryOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Retries";

    /// <summary>For how many days events, streaks, minutes and ticks are kept.</summary>
    [Range(1, 3_650)]
    public int KeepDays { get; init; } = 30;
}
