using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Backfill;

/// <summary>What one job owes. Redrawn only when its backlog, its standing or its hold is a new one.</summary>
public sealed partial class BacklogRow
{
    private (Backlog?, JobStanding?, JobHold?) drawn;
    private bool changed;

    /// <summary>The backlog.</summary>
    [Parameter, EditorRequired]
    public required Backlog Backlog { get; set; }

    /// <summary>Its job; null when it has no row.</summary>
    [Parameter, EditorRequired]
    public required JobStanding? Standing { get; set; }

    /// <summary>Who keeps it from running; null when nobody does.</summary>
    [Parameter]
    public JobHold? Hold { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        changed = !ReferenceEquals(drawn.Item1, Backlog) || !ReferenceEquals(drawn.Item2, Standing) || !ReferenceEquals(drawn.Item3, Hold);
        drawn = (Backlog, Standing, Hold);
    }

    /// <inheritdoc/>
    protected override bool ShouldRender() => changed;
}
