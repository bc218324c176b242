using Dashboard.Core.Feeds;
using Dashboard.Core.Pings;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Pings;

/// <summary>All that ping, those that failed first; nothing when none does.</summary>
public sealed partial class PingList
{
    private const int Most = 50;

    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <summary>Of every source, not only of the one on screen.</summary>
    [Parameter]
    public bool All { get; set; }

    [Inject]
    private Feed<PingsSnapshot> Feed { get; set; } = null!;
}
