using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Verdicts;

/// <summary>Each root of trouble after the first, which has the page's head: what is said of it, what to do first, how many wait behind it.</summary>
public sealed partial class VerdictRoots
{
    private const int Most = 6;

    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
