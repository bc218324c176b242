using Dashboard.Core.Dependencies.Layout;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Dependencies.Layout;

public sealed class LayeredLayoutTests
{
    private static readonly LayoutMeasures Measures = new();

    [Property(MaxTest = 300)]
    public void No_two_boxes_touch_and_everything_is_inside(byte count, (byte, byte)[] edges)
    {
        var graph = GraphOf(count, edges);
        var layout = LayeredLayout.Of(graph, Measures);

        Assert.Equal(graph.Count, layout.Boxes.Count);
        Assert.Equal(graph.Edges, layout.Routes.Select(route => (route.From, route.To)));
        Assert.All(layout.Boxes, box => Assert.True(box.X >= 0 && box.Y >= -0.001 && box.X + Measures.BoxWidth <= layout.Width + 0.001 && box.Y + Measures.BoxHeight <= layout.Height + 0.001));
        for (var one = 0; one < layout.Boxes.Count; one++)
        {
            for (var other = one + 1; other < layout.Boxes.Count; other++)
            {
                var (a, b) = (layout.Boxes[one], layout.Boxes[other]);
                Assert.True(Math.Abs(a.X - b.X) >= Measures.BoxWidth - 0.001 || Math.Abs(a.Y - b.Y) >= Measures.BoxHeight - 0.001, $"{one} at {a} and {other} at {b}");
            }
        }
    }

    [Property(MaxTest = 300)]
    public void Every_parent_stands_left_of_its_child_but_where_a_circle_is_closed(byte count, (byte, byte)[] edges)
    {
        var layout = LayeredLayout.Of(GraphOf(count, edges), Measures);

        Assert.All(layout.Routes.Where(route => !route.RunsBack), route => Assert.True(layout.Boxes[route.From].X + Measures.BoxWidth < layout.Boxes[route.To].X));
        Assert.All(layout.Routes, route =>
        {
            // To and fro between the boxes, never leftwards.
            Assert.Equal(0, route.Points.Count % 2);
            Assert.True(route.Points.Zip(route.Points.Skip(1)).All(pair => pair.First.X <= pair.Second.X));
        });
    }

    [Property(MaxTest = 100)]
    public void A_graph_without_circles_has_no_line_that_runs_back(byte count, (byte, byte)[] edges)
    {
        var graph = GraphOf(count, edges);
        var upwards = new LayoutGraph(graph.Count, [.. graph.Edges.Where(edge => edge.From < edge.To)]);

        Assert.DoesNotContain(LayeredLayout.Of(upwards, Measures).Routes, route => route.RunsBack);
    }

    [Property(MaxTest = 50)]
    public void The_same_graph_is_always_drawn_the_same(byte count, (byte, byte)[] edges)
    {
        var graph = GraphOf(count, edges);
        var (one, other) = (LayeredLayout.Of(graph, Measures), LayeredLayout.Of(graph, Measures));

        Assert.Equal(one.Boxes, other.Boxes);
        Assert.Equal(one.Routes.SelectMany(route => route.Points), other.Routes.SelectMany(route => route.Points));
    }

    [Property(MaxTest = 200)]
    public void No_other_columns_make_the_lines_together_shorter((byte, byte)[] edges)
    {
        const int count = 5;
        (int From, int To)[] lines = [.. (edges ?? []).Select(edge => (edge.Item1 % count, edge.Item2 % count)).Where(edge => edge.Item1 < edge.Item2).Distinct()];
        Assert.All(GraphParts.Of(new LayoutGraph(count, lines)).Where(part => part.Nodes.Count == count), _ =>
        {
            var rank = Ranking.Of(count, lines);

            Assert.All(lines, line => Assert.True(rank[line.From] < rank[line.To]));
            Assert.Equal(Enumerable.Range(0, count * count * count * count * count).Min(Length), lines.Sum(line => rank[line.To] - rank[line.From]));
        });

        // A choice of columns, as a number of five digits; too long when a line does not go rightwards.
        int Length(int choice)
        {
            Span<int> column = stackalloc int[count];
            for (var i = 0; i < count; i++, choice /= count)
            {
                column[i] = choice % count;
            }

            var sum = 0;
            foreach (var (from, to) in lines)
            {
                sum += column[from] < column[to] ? column[to] - column[from] : 1000;
            }

            return sum;
        }
    }

    [Fact]
    public void Lines_of_a_tree_never_cross()
    {
        // Numbered so that a drawing in number order crosses everywhere.
        static int Number(int node) => ((node * 7) + 3) % 31;
        var graph = new LayoutGraph(31, [.. Enumerable.Range(1, 30).Select(child => (Number((child - 1) / 2), Number(child)))]);
        var lines = Layers.Of(31, graph.Edges, Ranking.Of(31, graph.Edges));
        LayerOrder.Sort(lines);

        Assert.Equal(0, LayerOrder.Crossings(lines));
    }

    [Fact]
    public void Ten_thousand_nodes_in_circles_are_laid_out_within_the_places_allowed()
    {
        const int count = 10_000;
        var random = new Random(7);
        List<(int, int)> edges = [.. Enumerable.Range(0, count).Select(node => (node, (node + 1) % count))];
        edges.AddRange(Enumerable.Range(0, 2 * count).Select(_ => (random.Next(count), random.Next(count))));
        var layout = LayeredLayout.Of(new LayoutGraph(count, edges), Measures);

        Assert.Equal(count, layout.Boxes.Count);
        Assert.True(layout.Routes.Sum(route => (long)route.Points.Count) < (2L * Layers.MostPlaces) + (2L * edges.Count) + 1);
    }

    private static LayoutGraph GraphOf(byte count, (byte, byte)[]? edges)
    {
        var nodes = (count % 40) + 1;
        return new LayoutGraph(nodes, [.. (edges ?? []).Select(edge => (edge.Item1 % nodes, edge.Item2 % nodes))]);
    }
}
