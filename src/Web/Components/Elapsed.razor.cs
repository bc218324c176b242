using System.Globalization;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Components;

/// <summary>How long something has been running, and how long it usually does. The browser keeps it ticking.</summary>
public sealed partial class Elapsed
{
    /// <summary>Its start.</summary>
    [Parameter, EditorRequired]
    public required DateTimeOffset Since { get; set; }

    /// <summary>How long it usually takes; null when nobody knows.</summary>
    [Parameter]
    public TimeSpan? Usual { get; set; }

    /// <summary>The source, for its clock.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    private TimeSpan Length => Shown.Now() is var now && now > Since ? now - Since : TimeSpan.Zero;

    private static string Seconds(TimeSpan length) => length.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
