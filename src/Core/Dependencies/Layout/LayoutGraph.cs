using System.Runtime.InteropServices;

namespace Dashboard.Core.Dependencies.Layout;

/// <summary>What is laid out: nodes by number, and edges from parent to child.</summary>
/// <param name="Count">How many nodes.</param>
/// <param name="Edges">The edges; loops and repetitions are allowed.</param>
public sealed record LayoutGraph(int Count, IReadOnlyList<(int From, int To)> Edges);

/// <summary>The measures of a drawing, in CSS pixels.</summary>
public sealed record LayoutMeasures
{
    /// <summary>A box's width.</summary>
    public double BoxWidth { get; init; } = 200;

    /// <summary>A box's height.</summary>
    public double BoxHeight { get; init; } = 34;

    /// <summary>Between two columns of boxes.</summary>
    public double ColumnGap { get; init; } = 64;

    /// <summary>Between two boxes of a column.</summary>
    public double RowGap { get; init; } = 14;

    /// <summary>Between a line that passes through a column and its neighbours there.</summary>
    public double LineGap { get; init; } = 9;

    /// <summary>Between parts that do not hang together.</summary>
    public double PartGap { get; init; } = 30;

    /// <summary>How wide the drawing may become for the sake of small parts beside each other.</summary>
    public double UsualWidth { get; init; } = 1100;
}

/// <summary>A point of a drawing.</summary>
/// <param name="X">From the left.</param>
/// <param name="Y">From the top.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LayoutPoint(double X, double Y);

/// <summary>One box.</summary>
/// <param name="X">Its left edge.</param>
/// <param name="Y">Its top edge.</param>
/// <param name="Column">Its column within its part, from 0.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LayoutBox(double X, double Y, int Column);

/// <summary>One edge as it is drawn.</summary>
/// <param name="From">The parent.</param>
/// <param name="To">The child.</param>
/// <param name="Points">
/// From the parent's box to the child's; in between, two for each column the line passes through, level with each other. An edge that runs back has its
/// points from the child's box to the parent's.
/// </param>
/// <param name="RunsBack">Whether it is one of those that close a circle, and is drawn against the direction of all others.</param>
public sealed record LayoutRoute(int From, int To, IReadOnlyList<LayoutPoint> Points, bool RunsBack);

/// <summary>Where everything is.</summary>
/// <param name="Width">Of the whole.</param>
/// <param name="Height">Of the whole.</param>
/// <param name="Boxes">By node.</param>
/// <param name="Routes">By edge, in the order given; loops have two points, both on their box.</param>
public sealed record GraphLayout(double Width, double Height, IReadOnlyList<LayoutBox> Boxes, IReadOnlyList<LayoutRoute> Routes)
{
    /// <summary>Nothing.</summary>
    public static GraphLayout Empty { get; } = new(0, 0, [], []);
}
