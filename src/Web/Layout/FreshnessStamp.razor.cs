using Dashboard.Core.Sources;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Layout;

/// <summary>
/// As of when, and how changes arrive. It also carries the database's clock to the browser, so that relative times tick by it.
/// </summary>
public sealed partial class FreshnessStamp
{
    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    private static string ModeWords(CaptureMode mode) => mode switch
    {
        CaptureMode.Logical => "Each commit is decoded as it happens.",
        CaptureMode.Notify => "Triggers tell of each change.",
        _ => "Asked every two seconds.",
    };
}
