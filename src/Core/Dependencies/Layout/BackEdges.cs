namespace Dashboard.Core.Dependencies.Layout;

/// <summary>Which edges close circles: turned round, they leave none.</summary>
internal static class BackEdges
{
    /// <summary>For each edge, whether it leads back to a node that a walk from the first nodes is still coming from. Without recursion.</summary>
    public static bool[] Of(int count, IReadOnlyList<(int From, int To)> edges)
    {
        var back = new bool[edges.Count];
        var (first, list) = Adjacency(count, edges);
        var state = new byte[count];
        var next = new int[count];
        var hasParent = new bool[count];
        foreach (var (from, to) in edges)
        {
            hasParent[to] |= from != to;
        }

        var stack = new Stack<int>();

        // Roots first, so that a circle is cut where one comes to it from outside.
        foreach (var start in Enumerable.Range(0, count).OrderBy(node => hasParent[node]))
        {
            if (state[start] != 0)
            {
                continue;
            }

            (state[start], next[start]) = (1, first[start]);
            stack.Push(start);
            while (stack.TryPeek(out var node))
            {
                if (next[node] == first[node + 1])
                {
                    state[node] = 2;
                    stack.Pop();
                    continue;
                }

                var edge = list[next[node]++];
                var child = edges[edge].To;
                if (state[child] == 1)
                {
                    back[edge] = true;
                }
                else if (state[child] == 0)
                {
                    (state[child], next[child]) = (1, first[child]);
                    stack.Push(child);
                }
            }
        }

        return back;
    }

    /// <summary>The edges of each node, as stretches of one list.</summary>
    public static (int[] First, int[] Edges) Adjacency(int count, IReadOnlyList<(int From, int To)> edges)
    {
        var first = new int[count + 1];
        foreach (var (from, _) in edges)
        {
            first[from + 1]++;
        }

        for (var i = 0; i < count; i++)
        {
            first[i + 1] += first[i];
        }

        var at = first[..count];
        var list = new int[edges.Count];
        for (var edge = 0; edge < edges.Count; edge++)
        {
            list[at[edges[edge].From]++] = edge;
        }

        return (first, list);
    }
}
