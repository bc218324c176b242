using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Runner;

/// <summary>Section <c>Runner</c>: how the dashboard's own runner runs.</summary>
public sealed class RunnerSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Runner";

    /// <summary>How many jobs that do not wait for one another run at once.</summary>
    [Range(1, RunnerOptions.MostParallel)]
    public int Parallel { get; init; } = 1;

    /// <summary>Whether the living sample is shown and run while no source is configured.</summary>
    public bool Sample { get; init; } = true;
}
