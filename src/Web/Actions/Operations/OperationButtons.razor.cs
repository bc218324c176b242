using Dashboard.Core.Actions.Operations;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions.Operations;

/// <summary>Pause, resume and cancel, or the undo of what the scheduler has not begun: plain forms, so that they work without a live connection.</summary>
public sealed partial class OperationButtons
{
    /// <summary>The operation.</summary>
    [Parameter, EditorRequired]
    public required Operation Operation { get; set; }
}
