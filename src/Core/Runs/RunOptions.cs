using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Runs;

/// <summary>Section <c>Runs</c>: how far back the log is read.</summary>
public sealed class RunOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Runs";

    /// <summary>How many pages of 8 kB are read from the end of a log at most to gather the recent runs of each job.</summary>
    [Range(64, 1_000_000)]
    public int TailPages { get; init; } = 4_000;
}
