namespace Dashboard.Core.Dependencies.Layout;

/// <summary>
/// Lays a graph out in columns, parents left of their children (Sugiyama's way): circles cut, columns chosen, lines given places of their own, crossings
/// reduced, everything moved near its neighbours. Parts that do not hang together are laid out by themselves and packed; single nodes stand in a block.
/// Pure and always the same: only the graph decides, never a job's state.
/// </summary>
public static class LayeredLayout
{
    /// <summary>Where everything is.</summary>
    public static GraphLayout Of(LayoutGraph graph, LayoutMeasures measures)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(measures);
        if (graph.Count == 0)
        {
            return GraphLayout.Empty;
        }

        var boxes = new LayoutBox[graph.Count];
        var routes = new LayoutRoute[graph.Edges.Count];
        var all = GraphParts.Of(graph);
        var parts = all.Where(part => part.Nodes.Count > 1).Select(part => PartLayout.Of(part, measures)).ToList();
        var singles = all.Where(part => part.Nodes.Count == 1).Select(part => part.Nodes[0]);
        var packing = new Packing(measures, parts.Count == 0 ? 0 : parts.Max(part => part.Width));
        foreach (var part in parts.OrderByDescending(part => part.Height).ThenBy(part => part.Part.Nodes[0]))
        {
            var (x, y) = packing.Add(part.Width, part.Height);
            part.Put(boxes, routes, graph, x, y);
        }

        packing.EndShelf();
        foreach (var node in singles)
        {
            var (x, y) = packing.AddSingle();
            boxes[node] = new LayoutBox(x, y, 0);
        }

        for (var edge = 0; edge < routes.Length; edge++)
        {
            // A loop belongs to no part: it is drawn at its box.
            routes[edge] ??= Loop(graph.Edges[edge].From, boxes, measures);
        }

        return new GraphLayout(packing.Width, packing.Height, boxes, routes);
    }

    private static LayoutRoute Loop(int node, LayoutBox[] boxes, LayoutMeasures measures)
    {
        var at = new LayoutPoint(boxes[node].X + measures.BoxWidth, boxes[node].Y + (measures.BoxHeight / 2));
        return new LayoutRoute(node, node, [at, at], RunsBack: true);
    }
}
