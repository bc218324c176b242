using System.Globalization;
using Dashboard.Core.Failures;
using Dashboard.Web.Jobs;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Failures;

/// <summary>One group in the list. Redrawn only when it is a new object, or something else is said of its jobs.</summary>
public sealed partial class FailureRow
{
    /// <summary>So many of the jobs it hits stand in the list.</summary>
    public const int Most = 3;

    private (FailureGroup?, ShownSource?, IReadOnlyList<RowMarks>) drawn = (null, null, []);
    private bool changed;

    /// <summary>The group.</summary>
    [Parameter, EditorRequired]
    public required FailureGroup Group { get; set; }

    /// <summary>What people have said of the first of its jobs, in their order.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<RowMarks> Said { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        changed = !ReferenceEquals(drawn.Item1, Group) || !ReferenceEquals(drawn.Item2, Shown) || !drawn.Item3.SequenceEqual(Said);
        drawn = (Group, Shown, Said);
    }

    /// <inheritdoc/>
    protected override bool ShouldRender() => changed;

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
