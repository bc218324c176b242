using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Ledger;

/// <summary>When nothing is sent of a job, or of a whole source; with the forms to begin and end it.</summary>
public sealed partial class SilenceMark
{
    /// <summary>The job; null for the whole source.</summary>
    [Parameter]
    public string? Job { get; set; }

    /// <summary>The source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
