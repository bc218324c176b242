namespace Dashboard.Core.Dependencies.Layout;

/// <summary>One part, laid out with its upper left corner at nothing.</summary>
internal sealed class PartLayout
{
    private readonly LayoutMeasures measures;
    private readonly Layers layers;
    private readonly double[] middle;
    private readonly int[] route;
    private readonly bool[] turned;
    private readonly bool[] runsBack;

    private PartLayout(GraphPart part, LayoutMeasures measures, Layers layers, double[] middle, int[] route, bool[] turned, bool[] runsBack)
    {
        (Part, this.measures, this.layers, this.middle, this.route, this.turned, this.runsBack) = (part, measures, layers, middle, route, turned, runsBack);
        Width = (layers.Columns.Length * (measures.BoxWidth + measures.ColumnGap)) - measures.ColumnGap;
        Height = layers.Columns.Max(column => middle[column[^1]] + (layers.IsLine(column[^1]) ? 0 : measures.BoxHeight / 2));
    }

    /// <summary>What is laid out.</summary>
    public GraphPart Part { get; }

    /// <summary>Of the part.</summary>
    public double Width { get; }

    /// <summary>Of the part.</summary>
    public double Height { get; }

    /// <summary>The layout of a part.</summary>
    public static PartLayout Of(GraphPart part, LayoutMeasures measures)
    {
        var number = new Dictionary<int, int>(part.Nodes.Count);
        foreach (var node in part.Nodes)
        {
            number.Add(node, number.Count);
        }

        (int From, int To)[] given = [.. part.Edges.Select(edge => (number[part.Whole.Edges[edge].From], number[part.Whole.Edges[edge].To]))];
        var runsBack = BackEdges.Of(part.Nodes.Count, given);

        // Edges between the same two nodes, either way, share one line.
        var lines = new List<(int From, int To)>();
        var known = new Dictionary<(int, int), int>();
        var (route, turned) = (new int[given.Length], new bool[given.Length]);
        for (var edge = 0; edge < given.Length; edge++)
        {
            turned[edge] = runsBack[edge];
            var line = runsBack[edge] ? (given[edge].To, given[edge].From) : given[edge];
            if (!known.TryGetValue(line, out route[edge]))
            {
                route[edge] = lines.Count;
                known.Add(line, lines.Count);
                lines.Add(line);
            }
        }

        var layers = Layers.Of(part.Nodes.Count, lines, Ranking.Of(part.Nodes.Count, lines));
        LayerOrder.Sort(layers);
        return new PartLayout(part, measures, layers, LayerPositions.Of(layers, measures), route, turned, runsBack);
    }

    /// <summary>Puts it at a place of the whole drawing.</summary>
    public void Put(LayoutBox[] boxes, LayoutRoute[] routes, LayoutGraph graph, double x, double y)
    {
        for (var i = 0; i < Part.Nodes.Count; i++)
        {
            boxes[Part.Nodes[i]] = new LayoutBox(x + Left(layers.Rank[i]), y + middle[i] - (measures.BoxHeight / 2), layers.Rank[i]);
        }

        for (var i = 0; i < Part.Edges.Count; i++)
        {
            var (from, to) = graph.Edges[Part.Edges[i]];
            var (start, end) = turned[i] ? (boxes[to], boxes[from]) : (boxes[from], boxes[to]);
            List<LayoutPoint> points = [new(start.X + measures.BoxWidth, start.Y + (measures.BoxHeight / 2))];
            foreach (var place in layers.Chains[route[i]] ?? [])
            {
                points.Add(new(x + Left(layers.Rank[place]), y + middle[place]));
                points.Add(new(x + Left(layers.Rank[place]) + measures.BoxWidth, y + middle[place]));
            }

            points.Add(new(end.X, end.Y + (measures.BoxHeight / 2)));
            routes[Part.Edges[i]] = new LayoutRoute(from, to, points, runsBack[i]);
        }
    }

    private double Left(int column) => column * (measures.BoxWidth + measures.ColumnGap);
}
