using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Verdicts;

/// <summary>Whether to page, in one sentence, on every page. It leads to the job it is about.</summary>
public sealed partial class VerdictLine
{
    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
