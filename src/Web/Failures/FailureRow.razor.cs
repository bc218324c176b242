using System.Globalization;
using Dashboard.Core.Failures;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Failures;

/// <summary>One group in the list. Redrawn only when it is a new object.</summary>
public sealed partial class FailureRow
{
    private const int Most = 3;
    private (FailureGroup?, ShownSource?) drawn;
    private bool changed;

    /// <summary>The group.</summary>
    [Parameter, EditorRequired]
    public required FailureGroup Group { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        changed = !ReferenceEquals(drawn.Item1, Group) || !ReferenceEquals(drawn.Item2, Shown);
        drawn = (Group, Shown);
    }

    /// <inheritdoc/>
    protected override bool ShouldRender() => changed;

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
