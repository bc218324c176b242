using System.Runtime.CompilerServices;

namespace Dashboard.Core.Dependencies.Layout;

/// <summary>In which column each node of a graph without circles stands: right of all its parents, with lines as short as they can be.</summary>
internal static class Ranking
{
    private const int Passes = 12;
    private const long MostSteps = 20_000_000;

    /// <summary>The columns, from 0.</summary>
    public static int[] Of(int count, IReadOnlyList<(int From, int To)> lines)
    {
        (int From, int To)[] edges = [.. lines];
        var (firstOut, outs) = BackEdges.Adjacency(count, edges);
        var (firstIn, ins) = BackEdges.Adjacency(count, [.. edges.Select(edge => (edge.To, edge.From))]);
        var (rank, order) = Longest(count, edges, firstOut, outs);
        for (var pass = 0; pass < Passes && Tighten(pass % 2 == 0 ? order : Reversed(order)); pass++)
        {
        }

        ShortestLines.Tighten(edges, rank, MostSteps);
        var least = rank.Length == 0 ? 0 : rank.Min();
        return [.. rank.Select(each => each - least)];

        // Every node with room goes to the side on which it has more lines: they become shorter by more than the others become longer.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        bool Tighten(int[] nodes)
        {
            var moved = false;
            foreach (var node in nodes)
            {
                var (least, most) = (int.MinValue, int.MaxValue);
                for (var i = firstIn[node]; i < firstIn[node + 1]; i++)
                {
                    least = Math.Max(least, rank[edges[ins[i]].From] + 1);
                }

                for (var i = firstOut[node]; i < firstOut[node + 1]; i++)
                {
                    most = Math.Min(most, rank[edges[outs[i]].To] - 1);
                }

                var (before, after) = (firstIn[node + 1] - firstIn[node], firstOut[node + 1] - firstOut[node]);
                var wanted = after > before && most != int.MaxValue ? most : before > after && least != int.MinValue ? least : rank[node];
                moved |= wanted != rank[node];
                rank[node] = wanted;
            }

            return moved;
        }
    }

    private static int[] Reversed(int[] order)
    {
        var reversed = (int[])order.Clone();
        Array.Reverse(reversed);
        return reversed;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int[] Rank, int[] Order) Longest(int count, (int From, int To)[] edges, int[] firstOut, int[] outs)
    {
        var (rank, waiting, order) = (new int[count], new int[count], new List<int>(count));
        foreach (var (_, to) in edges)
        {
            waiting[to]++;
        }

        order.AddRange(Enumerable.Range(0, count).Where(node => waiting[node] == 0));
        for (var i = 0; i < order.Count; i++)
        {
            for (var j = firstOut[order[i]]; j < firstOut[order[i] + 1]; j++)
            {
                var child = edges[outs[j]].To;
                rank[child] = Math.Max(rank[child], rank[order[i]] + 1);
                if (--waiting[child] == 0)
                {
                    order.Add(child);
                }
            }
        }

        return (rank, [.. order]);
    }
}
