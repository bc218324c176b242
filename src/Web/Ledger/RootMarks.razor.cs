using Dashboard.Core.Actions;
using Dashboard.Core.Ledger;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Ledger;

/// <summary>What people said of a trouble that goes on, whether somebody was paged, and the forms to say something. They need no live connection.</summary>
public sealed partial class RootMarks
{
    /// <summary>The root.</summary>
    [Parameter, EditorRequired]
    public required VerdictRoot Root { get; set; }

    /// <summary>The source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    // As the ledger decides it: of a job that must not run, while the runner keeps to that.
    private Silence? Held(MarksSnapshot marks) => Root.Kind == RootKind.Job ? Silence.Of(marks, Shown.Standings.Newest, Shown.Now()).FirstOrDefault(hold => hold.Job == Root.Name) : null;
}
