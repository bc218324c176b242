namespace Dashboard.Core.Dependencies.Layout;

/// <summary>Nodes that hang together, with the edges between them but for loops.</summary>
/// <param name="Nodes">By number.</param>
/// <param name="Edges">By their number in the whole graph.</param>
/// <param name="Whole">The whole graph.</param>
internal sealed record GraphPart(IReadOnlyList<int> Nodes, IReadOnlyList<int> Edges, LayoutGraph Whole);

/// <summary>The parts of a graph.</summary>
internal static class GraphParts
{
    /// <summary>In the order of their first nodes.</summary>
    public static IReadOnlyList<GraphPart> Of(LayoutGraph graph)
    {
        var above = Enumerable.Range(0, graph.Count).ToArray();
        foreach (var (from, to) in graph.Edges)
        {
            var (one, other) = (Top(from), Top(to));
            above[Math.Max(one, other)] = Math.Min(one, other);
        }

        var (nodes, edges) = (new Dictionary<int, List<int>>(), new Dictionary<int, List<int>>());
        for (var node = 0; node < graph.Count; node++)
        {
            Of(nodes, Top(node)).Add(node);
        }

        for (var edge = 0; edge < graph.Edges.Count; edge++)
        {
            if (graph.Edges[edge].From != graph.Edges[edge].To)
            {
                Of(edges, Top(graph.Edges[edge].From)).Add(edge);
            }
        }

        return [.. nodes.Select(part => new GraphPart(part.Value, Of(edges, part.Key), graph))];

        int Top(int node)
        {
            while (above[node] != node)
            {
                above[node] = above[above[node]];
                node = above[node];
            }

            return node;
        }

        static List<int> Of(Dictionary<int, List<int>> lists, int key)
        {
            if (!lists.TryGetValue(key, out var list))
            {
                lists.Add(key, list = []);
            }

            return list;
        }
    }
}
