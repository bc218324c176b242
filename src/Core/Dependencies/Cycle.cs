namespace Dashboard.Core.Dependencies;

/// <summary>Jobs that wait for each other in a circle: each depends on the next, the last on the first.</summary>
/// <param name="Names">The circle, beginning with the name that sorts first.</param>
/// <param name="IsShortest">False when the search was given up before every circle was compared.</param>
public sealed record Cycle(IReadOnlyList<string> Names, bool IsShortest)
{
    /// <summary>How many edges are followed before the shortest circle so far will do.</summary>
    public const int Patience = 5_000_000;

    /// <summary>The circle in words: <c>a → b → a</c>.</summary>
    public override string ToString() => Names.Count == 0 ? string.Empty : string.Join(" → ", [.. Names, Names[0]]);

    /// <summary>A shortest circle of a graph; null when it has none.</summary>
    /// <remarks>
    /// Nodes that cannot be on a circle are taken away, then a breadth-first search from one node finds the shortest circle through it; that
    /// node is taken away too, and so on. Each search goes no deeper than the best circle so far is long.
    /// </remarks>
    public static Cycle? Shortest(DependencyGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var left = new Remaining(graph);
        List<int>? best = null;
        var patience = Patience;
        for (var start = 0; start < graph.Count && best?.Count != 2 && patience > 0; start++)
        {
            if (left.Has(start))
            {
                best = Through(start, left, best, ref patience) ?? best;
                left.Remove(start);
            }
        }

        return best is null ? null : Named(best, graph, patience > 0);
    }

    // The shortest circle through a node, if it is shorter than the best; each step goes from a job to one it depends on.
    private static List<int>? Through(int start, Remaining left, List<int>? best, ref int patience)
    {
        var deepest = best is null ? int.MaxValue : best.Count - 2;
        var (from, queue) = (new Dictionary<int, (int Node, int Depth)> { [start] = (-1, 0) }, new Queue<int>([start]));
        while (queue.TryDequeue(out var node) && patience > 0)
        {
            var depth = from[node].Depth;
            foreach (var parent in left.Parents(node))
            {
                patience--;
                if (parent == start)
                {
                    return Path(node, from);
                }

                if (depth < deepest && from.TryAdd(parent, (node, depth + 1)))
                {
                    queue.Enqueue(parent);
                }
            }
        }

        return null;
    }

    private static List<int> Path(int end, Dictionary<int, (int Node, int Depth)> from)
    {
        var path = new List<int>();
        for (var node = end; node >= 0; node = from[node].Node)
        {
            path.Add(node);
        }

        path.Reverse();
        return path;
    }

    private static Cycle Named(List<int> circle, DependencyGraph graph, bool isShortest)
    {
        var names = circle.ConvertAll(graph.Name);
        var first = names.IndexOf(names.Min(CodePointOrder.Instance)!);
        return new Cycle([.. names.Skip(first), .. names.Take(first)], isShortest);
    }

    // What is left of a graph when everything that cannot lie on a circle is gone.
    private sealed class Remaining
    {
        private readonly DependencyGraph graph;
        private readonly bool[] gone;
        private readonly int[] parents;
        private readonly int[] children;

        public Remaining(DependencyGraph graph)
        {
            this.graph = graph;
            gone = new bool[graph.Count];
            parents = [.. Enumerable.Range(0, graph.Count).Select(node => graph.Parents(node).Count)];
            children = [.. Enumerable.Range(0, graph.Count).Select(node => graph.Children(node).Count)];
            Trim(Enumerable.Range(0, graph.Count).Where(node => parents[node] == 0 || children[node] == 0));
        }

        public bool Has(int node) => !gone[node];

        public IEnumerable<int> Parents(int node) => graph.Parents(node).Where(Has);

        public void Remove(int node) => Trim([node]);

        private void Trim(IEnumerable<int> nodes)
        {
            var waiting = new Stack<int>(nodes);
            while (waiting.TryPop(out var node))
            {
                if (gone[node])
                {
                    continue;
                }

                gone[node] = true;
                foreach (var child in graph.Children(node).Where(child => --parents[child] == 0))
                {
                    waiting.Push(child);
                }

                foreach (var parent in graph.Parents(node).Where(parent => --children[parent] == 0))
                {
                    waiting.Push(parent);
                }
            }
        }
    }
}
