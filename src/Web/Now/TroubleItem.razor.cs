using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Now;

/// <summary>One job that needs a look: state, name, why, since when, and its runs. Redrawn only when its standing is a new one.</summary>
public sealed partial class TroubleItem
{
    private JobStanding? drawn;
    private bool changed;

    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required JobStanding Standing { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        changed = !ReferenceEquals(drawn, Standing);
        drawn = Standing;
    }

    /// <inheritdoc/>
    protected override bool ShouldRender() => changed;
}
