using Dashboard.Core.Actions.Operations;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions.Operations;

/// <summary>What is under way, on every page and with nothing to dismiss it: by whom, how far, and the ways to stop it.</summary>
public sealed partial class OperationBanner
{
    private const int Most = 3;

    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    private static IReadOnlyList<Operation> UnderWay(OperationsSnapshot live) => [.. live.Operations.Where(operation => operation.IsUnderWay)];
}
