using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions.Operations;

/// <summary>The last operations of a source, as they go.</summary>
public sealed partial class OperationsPage
{
    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;
}
