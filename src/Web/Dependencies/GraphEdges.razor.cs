using System.Globalization;
using System.Text;
using Dashboard.Core.Dependencies.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Dependencies;

/// <summary>The lines of the graph. Redrawn only when another one is in the way, or the picture is another.</summary>
public sealed partial class GraphEdges
{
    private const int LoopSize = 12;

    private (GraphPicture?, string) drawn = (null, "");
    private bool changed;
    private string[] paths = [];

    /// <summary>Where everything is.</summary>
    [Parameter, EditorRequired]
    public required GraphPicture Picture { get; set; }

    /// <summary>For each edge whether its parent is what keeps its child from running: <c>1</c> or <c>0</c>.</summary>
    [Parameter, EditorRequired]
    public required string InTheWay { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        changed = drawn != (Picture, InTheWay);
        if (!ReferenceEquals(drawn.Item1, Picture))
        {
            paths = [.. Picture.Layout.Routes.Select(PathOf)];
        }

        drawn = (Picture, InTheWay);
    }

    /// <inheritdoc/>
    protected override bool ShouldRender() => changed;

    private static string PathOf(LayoutRoute route)
    {
        var points = route.Points;
        if (route.From == route.To)
        {
            return $"M{Point(points[0].X, points[0].Y - 6)}c{LoopSize * 2} -{LoopSize} {LoopSize * 2} {LoopSize + 12} 0 12";
        }

        var path = new StringBuilder("M").Append(Point(points[0].X, points[0].Y));
        for (var i = 0; i + 1 < points.Count; i += 2)
        {
            var middle = (points[i].X + points[i + 1].X) / 2;
            path.Append('C').Append(Point(middle, points[i].Y)).Append(' ').Append(Point(middle, points[i + 1].Y)).Append(' ').Append(Point(points[i + 1].X, points[i + 1].Y));
            if (i + 2 < points.Count)
            {
                path.Append('H').Append(points[i + 2].X.ToString("0.#", CultureInfo.InvariantCulture));
            }
        }

        return path.ToString();
    }

    private static string Point(double x, double y) => string.Create(CultureInfo.InvariantCulture, $"{x:0.#} {y:0.#}");

    private string Kind(LayoutRoute route, int i) =>
        (InTheWay[i], route.RunsBack) switch
        {
            ('1', false) => "edge in-the-way",
            ('1', true) => "edge back in-the-way",
            (_, true) => "edge back",
            _ => "edge",
        };
}
