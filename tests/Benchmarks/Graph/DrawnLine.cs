using Dashboard.Core.Dependencies.Layout;

namespace Dashboard.Benchmarks.Graph;

/// <summary>An edge as it is seen, as short straight pieces.</summary>
/// <param name="From">One end.</param>
/// <param name="To">The other.</param>
/// <param name="Points">Along it.</param>
internal sealed record DrawnLine(int From, int To, IReadOnlyList<LayoutPoint> Points)
{
    private const int Pieces = 8;

    /// <summary>The points of a cubic curve after its first.</summary>
    public static IEnumerable<LayoutPoint> Curve(LayoutPoint a, LayoutPoint b, LayoutPoint c, LayoutPoint d)
    {
        for (var i = 1; i <= Pieces; i++)
        {
            var t = (double)i / Pieces;
            var u = 1 - t;
            yield return new LayoutPoint(
                (u * u * u * a.X) + (3 * u * u * t * b.X) + (3 * u * t * t * c.X) + (t * t * t * d.X),
                (u * u * u * a.Y) + (3 * u * u * t * b.Y) + (3 * u * t * t * c.Y) + (t * t * t * d.Y));
        }
    }

    /// <summary>Our own edges, curved between columns as the page draws them.</summary>
    public static IReadOnlyList<DrawnLine> Of(GraphLayout layout) => [.. layout.Routes.Select(route =>
    {
        List<LayoutPoint> line = [route.Points[0]];
        for (var i = 0; i + 1 < route.Points.Count; i += 2)
        {
            var (from, to) = (route.Points[i], route.Points[i + 1]);
            var middle = (from.X + to.X) / 2;
            line.AddRange(Curve(from, new(middle, from.Y), new(middle, to.Y), to));
            if (i + 2 < route.Points.Count)
            {
                line.Add(route.Points[i + 2]);
            }
        }

        return new DrawnLine(route.From, route.To, line);
    })];

    /// <summary>How often lines that share no end cross, counted on the drawing itself and alike for everybody.</summary>
    public static long Crossings(IReadOnlyList<DrawnLine> lines)
    {
        const double cell = 48;
        var grid = new Dictionary<(int, int), List<(int Line, LayoutPoint A, LayoutPoint B)>>();
        long crossings = 0;
        for (var i = 0; i < lines.Count; i++)
        {
            for (var j = 0; j + 1 < lines[i].Points.Count; j++)
            {
                var (a, b) = (lines[i].Points[j], lines[i].Points[j + 1]);
                for (var x = (int)Math.Floor(Math.Min(a.X, b.X) / cell); x <= (int)Math.Floor(Math.Max(a.X, b.X) / cell); x++)
                {
                    for (var y = (int)Math.Floor(Math.Min(a.Y, b.Y) / cell); y <= (int)Math.Floor(Math.Max(a.Y, b.Y) / cell); y++)
                    {
                        if (!grid.TryGetValue((x, y), out var here))
                        {
                            grid.Add((x, y), here = []);
                        }

                        // A crossing is counted in the cell it lies in, so no pair is counted twice.
                        crossings += here.Count(other => !SharesAnEnd(lines[other.Line], lines[i]) && Meet(other.A, other.B, a, b) is { } at
                            && (int)Math.Floor(at.X / cell) == x && (int)Math.Floor(at.Y / cell) == y);
                        here.Add((i, a, b));
                    }
                }
            }
        }

        return crossings;
    }

    private static bool SharesAnEnd(DrawnLine one, DrawnLine other) => one.From == other.From || one.From == other.To || one.To == other.From || one.To == other.To;

    private static LayoutPoint? Meet(LayoutPoint a, LayoutPoint b, LayoutPoint c, LayoutPoint d)
    {
        var (rx, ry, sx, sy) = (b.X - a.X, b.Y - a.Y, d.X - c.X, d.Y - c.Y);
        var cross = (rx * sy) - (ry * sx);
        if (Math.Abs(cross) < 1e-9)
        {
            return null;
        }

        var t = (((c.X - a.X) * sy) - ((c.Y - a.Y) * sx)) / cross;
        var u = (((c.X - a.X) * ry) - ((c.Y - a.Y) * rx)) / cross;
        return t is >= 0 and < 1 && u is >= 0 and < 1 ? new LayoutPoint(a.X + (t * rx), a.Y + (t * ry)) : null;
    }
}
