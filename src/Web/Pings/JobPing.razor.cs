using Dashboard.Core.Feeds;
using Dashboard.Core.Pings;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Pings;

/// <summary>What a job said of itself by pings, beside what its row says; nothing when it never did.</summary>
public sealed partial class JobPing
{
    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required string Job { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    [Inject]
    private Feed<PingsSnapshot> Feed { get; set; } = null!;
}
