using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>Resources with their present back-off, in one line each; nothing while nobody tells anything.</summary>
public sealed partial class ResourceStrip
{
    private const int Most = 8;

    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    [Inject]
    private Feed<RetriesSnapshot> Feed { get; set; } = null!;
}
