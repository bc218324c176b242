using System.Runtime.CompilerServices;

namespace Dashboard.Core.Dependencies.Layout;

/// <summary>
/// Columns in which the lines are together as short as they can be (the network simplex of Gansner and others): a tree of lines none of which could be
/// shorter holds the graph together; a line of the tree that pulls both its halves apart gives way to one that holds them, until none pulls. The columns are
/// right at every moment, so that it may stop after a bounded number of steps.
/// </summary>
internal sealed class ShortestLines
{
    private readonly int count;
    private readonly (int From, int To)[] edges;
    private readonly int[] rank;
    private readonly (int[] First, int[] List) around;
    private readonly bool[] inTree;
    private readonly int[] above;
    private readonly int[] low;
    private readonly int[] last;
    private readonly int[] walked;
    private readonly int[] pull;
    private readonly int[] next;
    private readonly int[] stack;
    private long steps;

    private ShortestLines((int From, int To)[] edges, int[] rank)
    {
        (count, this.edges, this.rank) = (rank.Length, edges, rank);
        around = Around(count, edges);
        inTree = new bool[edges.Length];
        above = new int[count];
        (low, last, walked, pull, next, stack) = (new int[count], new int[count], new int[count], new int[count], new int[count], new int[count]);
    }

    /// <summary>Changes columns in which every line already goes rightwards; the graph hangs together.</summary>
    public static void Tighten((int From, int To)[] edges, int[] rank, long mostSteps)
    {
        if (edges.Length > 0 && new ShortestLines(edges, rank) is var tree && tree.Grow(mostSteps))
        {
            tree.Pivot(mostSteps);
        }
    }

    // A tree of lines from one column to the next, from the first node on; where it ends, it is moved to the nearest node outside.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Grow(long mostSteps)
    {
        var grown = new bool[count];
        var size = 1;
        (grown[0], stack[0]) = (true, 0);
        for (var done = 0; ; )
        {
            while (done < size)
            {
                var node = stack[done++];
                for (var i = around.First[node]; i < around.First[node + 1]; i++)
                {
                    steps++;
                    var edge = around.List[i];
                    var other = edges[edge].From == node ? edges[edge].To : edges[edge].From;
                    if (!grown[other] && Room(edge) == 0)
                    {
                        (grown[other], inTree[edge]) = (true, true);
                        stack[size++] = other;
                    }
                }
            }

            if (size == count)
            {
                Walk(0, 0);
                return true;
            }

            var nearest = -1;
            steps += edges.Length;
            for (var edge = 0; edge < edges.Length; edge++)
            {
                if (grown[edges[edge].From] != grown[edges[edge].To] && (nearest < 0 || Room(edge) < Room(nearest)))
                {
                    nearest = edge;
                }
            }

            if (nearest < 0 || steps > mostSteps)
            {
                return false;
            }

            var move = grown[edges[nearest].From] ? Room(nearest) : -Room(nearest);
            for (var i = 0; i < size; i++)
            {
                rank[stack[i]] += move;
            }

            var inside = grown[edges[nearest].From] ? edges[nearest].From : edges[nearest].To;
            var outside = edges[nearest].From == inside ? edges[nearest].To : edges[nearest].From;
            (grown[outside], inTree[nearest]) = (true, true);
            stack[size++] = outside;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pivot(long mostSteps)
    {
        for (var (node, idle) = (0, 0); idle < count && steps < mostSteps; node = node + 1 == count ? 0 : node + 1)
        {
            steps++;
            idle++;
            var leaving = above[node];
            if (leaving < 0)
            {
                continue;
            }

            // More lines pull this half of the tree away from the other than hold it there: the line between is not one that holds.
            var isTail = edges[leaving].From == node;
            if ((isTail ? pull[node] : -pull[node]) >= 0)
            {
                continue;
            }

            var entering = Entering(node, isTail);
            if (entering < 0)
            {
                continue;
            }

            idle = 0;
            var move = isTail ? -Room(entering) : Room(entering);
            var (from, to) = (low[node], last[node]);
            if (move != 0)
            {
                for (var i = from; i <= to; i++)
                {
                    rank[walked[i]] += move;
                }
            }

            var inside = Within(edges[entering].From, from, to) ? edges[entering].From : edges[entering].To;
            var outside = edges[entering].From == inside ? edges[entering].To : edges[entering].From;
            var root = edges[leaving].From == node ? edges[leaving].To : edges[leaving].From;
            while (low[root] > last[outside] || last[root] < last[outside])
            {
                root = Other(above[root], root);
            }

            (inTree[leaving], inTree[entering]) = (false, true);
            Walk(root, low[root]);
        }
    }

    // The shortest line that goes the other way between the two halves.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Entering(int node, bool isTail)
    {
        var (best, least) = (-1, int.MaxValue);
        var (from, to) = (low[node], last[node]);
        for (var at = from; at <= to && least > 0; at++)
        {
            var each = walked[at];
            for (var i = around.First[each]; i < around.First[each + 1]; i++)
            {
                steps++;
                var edge = around.List[i];
                var goesOut = edges[edge].From == each;
                if (goesOut == isTail || Within(goesOut ? edges[edge].To : edges[edge].From, from, to))
                {
                    continue;
                }

                if (Room(edge) < least)
                {
                    (best, least) = (edge, Room(edge));
                }
            }
        }

        return best;
    }

    // Numbers the nodes of a half so that each one's own half is a stretch of the numbers, and sums what pulls at it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Walk(int root, int number)
    {
        var depth = 0;
        var topEdge = root == 0 ? -1 : above[root];
        Enter(root, topEdge, number);
        stack[depth++] = root;
        while (depth > 0)
        {
            var node = stack[depth - 1];
            var end = around.First[node + 1];
            var child = -1;
            while (next[node] < end)
            {
                steps++;
                var edge = around.List[next[node]++];
                if (inTree[edge] && edge != above[node])
                {
                    child = Other(edge, node);
                    Enter(child, edge, number);
                    break;
                }
            }

            if (child >= 0)
            {
                stack[depth++] = child;
                continue;
            }

            depth--;
            walked[number] = node;
            last[node] = number++;
            if (depth > 0)
            {
                pull[stack[depth - 1]] += pull[node];
            }
        }
    }

    private void Enter(int node, int edge, int number)
    {
        (above[node], low[node], next[node], pull[node]) = (edge, number, around.First[node], 0);
        for (var i = around.First[node]; i < around.First[node + 1]; i++)
        {
            pull[node] += edges[around.List[i]].From == node ? 1 : -1;
        }
    }

    private bool Within(int node, int from, int to) => last[node] >= from && last[node] <= to;

    private int Other(int edge, int node) => edges[edge].From == node ? edges[edge].To : edges[edge].From;

    private int Room(int edge) => rank[edges[edge].To] - rank[edges[edge].From] - 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int[] First, int[] List) Around(int count, (int From, int To)[] edges)
    {
        var first = new int[count + 1];
        foreach (var (from, to) in edges)
        {
            first[from + 1]++;
            first[to + 1]++;
        }

        for (var i = 0; i < count; i++)
        {
            first[i + 1] += first[i];
        }

        var (at, list) = (first[..count], new int[2 * edges.Length]);
        for (var edge = 0; edge < edges.Length; edge++)
        {
            list[at[edges[edge].From]++] = edge;
            list[at[edges[edge].To]++] = edge;
        }

        return (first, list);
    }
}
