using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Runner;

/// <summary>When the runner of a source was heard of last, and what it is at; nothing where no runner tells.</summary>
public sealed partial class RunnerLine
{
    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    [Inject]
    private Feed<RetriesSnapshot> Retries { get; set; } = null!;
}
