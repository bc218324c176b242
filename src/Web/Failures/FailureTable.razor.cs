using Dashboard.Core.Failures;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Failures;

/// <summary>The groups, one in each row.</summary>
public sealed partial class FailureTable
{
    /// <summary>In order.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<FailureGroup> Groups { get; set; }

    /// <summary>The present view.</summary>
    [Parameter, EditorRequired]
    public required FailuresView View { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
