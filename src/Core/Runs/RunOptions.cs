using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Runs;

/// <summary>Section <c>Runs</c>: how far back the log is read, and what is kept of it.</summary>
public sealed class RunOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Runs";

    /// <summary>How many pages of 8 kB are read from the end of a log at most to gather the recent runs of each job.</summary>
    [Range(64, 1_000_000)]
    public int TailPages { get; init; } = 4_000;

    /// <summary>For how many days before the newest run the dashboard keeps records of runs; older rows of the log are not recorded.</summary>
    [Range(1, 36_500)]
    public int KeepDays { get; init; } = 400;

    /// <summary>How many pages of a log are read at once while its older rows are recorded.</summary>
    [Range(1, 1_024)]
    public int RecordPages { get; init; } = 16;

    /// <summary>The share of the time spent recording older rows, at most; the rest is pause.</summary>
    [Range(0.001, 1.0)]
    public double RecordShare { get; init; } = 0.25;
}
