using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Now;

/// <summary>Each job that needs a look, with why.</summary>
public sealed partial class NeedsALook
{
    /// <summary>More than this nobody reads; the list has them all.</summary>
    private const int Most = 40;

    /// <summary>The jobs, the worst first.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<JobStanding> Jobs { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
