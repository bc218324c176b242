using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Now;

/// <summary>The jobs that people keep from running, with who, why and until when, so that no hold is forgotten; nothing when there is none.</summary>
public sealed partial class HeldJobs
{
    private const int Most = 40;

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
