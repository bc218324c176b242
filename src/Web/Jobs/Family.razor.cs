using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>The jobs a job waits for, and those that wait for it. A parent without a row is a ghost.</summary>
public sealed partial class Family
{
    private List<JobStanding> children = [];

    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required JobStanding Standing { get; set; }

    /// <summary>All jobs.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet() =>
        children = [.. Standings.Jobs.Where(other => other.Job.DependsOn.Contains(Standing.Job.Name, StringComparer.Ordinal))];
}
