using System.Runtime.CompilerServices;

namespace Dashboard.Core.Dependencies.Layout;

/// <summary>
/// The order within the columns, chosen so that few lines cross: sweeps to and fro, each sorting a column by where its neighbours in the last one stand,
/// then single places sifted to where they cross least. Always the same for the same graph; the work is bounded by steps, not by the clock. A layout is made
/// once in a while, so that the inner loops do not wait until the runtime finds them worth optimising.
/// </summary>
internal sealed partial class LayerOrder
{
    private const int MostSweeps = 26;
    private const int Patience = 5;
    private const long MostSteps = 120_000_000;
    private const int WidestSift = 120;
    private const int MostExchanges = 2;
    private const int MostSifts = 12;

    private readonly Layers layers;
    private readonly double[] value;
    private readonly int[] tree;
    private readonly int[] near;
    private readonly long[] keys;
    private readonly int[] old;
    private readonly bool[] changed;
    private long steps;

    private LayerOrder(Layers layers)
    {
        this.layers = layers;
        value = new double[layers.Rank.Length];
        var widest = layers.Columns.Length == 0 ? 0 : layers.Columns.Max(column => column.Length);
        tree = new int[widest + 2];
        (keys, old, changed) = (new long[widest], new int[widest], new bool[layers.Columns.Length]);
        near = new int[Math.Max(layers.Left.To.Length, layers.Right.To.Length) + 1];
    }

    /// <summary>Sorts every column; what comes out is in the layers.</summary>
    public static void Sort(Layers layers) => new LayerOrder(layers).Run();

    /// <summary>How many lines cross between all columns.</summary>
    public static long Crossings(Layers layers) => new LayerOrder(layers).Count();

    private void Run()
    {
        Settle(fromLeft: true);
        var best = Improved(out var least);
        if (least > 0)
        {
            Settle(fromLeft: false);
            var other = Improved(out var fewer);
            (best, least) = fewer < least ? (other, fewer) : (best, least);
        }

        Take(best);
        for (var pass = 0; pass < MostSifts && least > 0 && steps < MostSteps; pass++)
        {
            var before = least;
            for (var column = 0; column < layers.Columns.Length; column++)
            {
                Sift(layers.Columns[pass % 2 == 0 ? column : layers.Columns.Length - 1 - column]);
            }

            least = Count();
            if (least >= before)
            {
                break;
            }
        }
    }

    // The best order found by sweeping from the present one.
    private int[][] Improved(out long least)
    {
        least = Count();
        var best = Copy();
        var idle = 0;
        for (var sweep = 0; sweep < MostSweeps && idle < Patience && least > 0 && steps < MostSteps; sweep++)
        {
            var toRight = sweep % 2 == 0;
            for (var i = 1; i < layers.Columns.Length; i++)
            {
                ByNeighbours(layers.Columns[toRight ? i : layers.Columns.Length - 1 - i], left: toRight, median: sweep % 4 >= 2);
            }

            Exchange();
            var crossings = Count();
            idle = crossings < least ? 0 : idle + 1;
            if (crossings < least)
            {
                (least, best) = (crossings, Copy());
            }
        }

        return best;
    }

    // A first order: as a walk from one side comes to the places.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Settle(bool fromLeft)
    {
        var seen = new bool[layers.Rank.Length];
        var filled = new int[layers.Columns.Length];
        var stack = new Stack<int>();
        foreach (var column in fromLeft ? layers.Columns : layers.Columns.Reverse())
        {
            foreach (var start in column.Order().ToArray())
            {
                stack.Push(start);
                while (stack.TryPop(out var place))
                {
                    if (seen[place])
                    {
                        continue;
                    }

                    seen[place] = true;
                    value[place] = filled[layers.Rank[place]]++ / (double)layers.Columns[layers.Rank[place]].Length;
                    var beside = layers.Beside(place, left: !fromLeft);
                    for (var i = beside.Length - 1; i >= 0; i--)
                    {
                        stack.Push(beside[i]);
                    }
                }
            }
        }

        foreach (var column in layers.Columns)
        {
            SortByValue(column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ByNeighbours(int[] column, bool left, bool median)
    {
        foreach (var place in column)
        {
            var beside = layers.Beside(place, left);
            steps += beside.Length + 1;
            if (beside.Length == 0)
            {
                value[place] = (layers.Place[place] + 0.5) / column.Length;
                continue;
            }

            var scale = layers.Columns[layers.Rank[beside[0]]].Length;
            value[place] = ((median ? Median(beside) : Mean(beside)) + 0.5) / scale;
        }

        SortByValue(column);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Mean(ReadOnlySpan<int> beside)
    {
        double sum = 0;
        foreach (var neighbour in beside)
        {
            sum += layers.Place[neighbour];
        }

        return sum / beside.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Median(ReadOnlySpan<int> beside)
    {
        var places = near.AsSpan(0, beside.Length);
        for (var i = 0; i < beside.Length; i++)
        {
            places[i] = layers.Place[beside[i]];
        }

        places.Sort();
        return (places[(places.Length - 1) / 2] + places[places.Length / 2]) / 2.0;
    }

    // Stable: places of equal value stay as they stand. The values are fractions of a column's length; with the present place each is one number,
    // which sorts fastest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SortByValue(int[] column)
    {
        steps += column.Length * 4L;
        for (var i = 0; i < column.Length; i++)
        {
            keys[i] = ((long)(value[column[i]] * (1 << 30)) << 32) | (uint)i;
            old[i] = column[i];
        }

        keys.AsSpan(0, column.Length).Sort();
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = old[(uint)keys[i]];
        }

        layers.Renumber(column);
    }

    // Neighbours in a column change places as long as that saves crossings. A column is looked at again when it or one beside it has changed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Exchange()
    {
        changed.AsSpan().Fill(true);
        for (var (pass, better) = (0, true); better && pass < MostExchanges && steps < MostSteps; pass++)
        {
            better = false;
            for (var at = 0; at < layers.Columns.Length; at++)
            {
                if (!changed[at])
                {
                    continue;
                }

                changed[at] = false;
                if (Exchange(layers.Columns[at]))
                {
                    better = changed[at] = true;
                    changed[Math.Max(at - 1, 0)] = changed[Math.Min(at + 1, changed.Length - 1)] = true;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Exchange(int[] column)
    {
        Prepare(column);
        var better = false;
        for (var i = 0; i + 1 < column.Length; i++)
        {
            if (Saved(column[i], column[i + 1]) > 0)
            {
                (column[i], column[i + 1]) = (column[i + 1], column[i]);
                better = true;
            }
        }

        if (better)
        {
            layers.Renumber(column);
        }

        return better;
    }

    // Each place of a column goes, over all others near it, to where its lines cross fewest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sift(int[] column)
    {
        Prepare(column);
        foreach (var place in column.ToArray())
        {
            var at = layers.Place[place];
            var (bestAt, best) = (at, 0);
            for (var (i, saved) = (at - 1, 0); i >= 0 && i >= at - WidestSift && steps < MostSteps; i--)
            {
                saved += Saved(column[i], place);
                if (saved > best)
                {
                    (bestAt, best) = (i, saved);
                }
            }

            for (var (i, saved) = (at + 1, 0); i < column.Length && i <= at + WidestSift && steps < MostSteps; i++)
            {
                saved += Saved(place, column[i]);
                if (saved > best)
                {
                    (bestAt, best) = (i, saved);
                }
            }

            if (bestAt != at)
            {
                var step = bestAt > at ? 1 : -1;
                for (var i = at; i != bestAt; i += step)
                {
                    column[i] = column[i + step];
                }

                column[bestAt] = place;
                layers.Renumber(column);
            }
        }
    }

    // The neighbours' places of each place of a column, sorted: they stay so while only this column changes.
    private void Prepare(int[] column)
    {
        Sorted(column, layers.Left, ref leftSorted);
        Sorted(column, layers.Right, ref rightSorted);
    }

    private int[]? leftSorted;
    private int[]? rightSorted;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sorted(int[] column, (int[] First, int[] To) side, ref int[]? all)
    {
        all ??= new int[side.To.Length];
        foreach (var place in column)
        {
            var (from, to) = (side.First[place], side.First[place + 1]);
            for (var i = from; i < to; i++)
            {
                all[i] = layers.Place[side.To[i]];
            }

            steps += to - from + 1;
            if (to - from > 1)
            {
                all.AsSpan(from, to - from).Sort();
            }
        }
    }

    /// <summary>How many crossings fewer there are when two neighbours, the first above the second, change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Saved(int upper, int lower) =>
        Saved(leftSorted!, layers.Left.First, upper, lower) + Saved(rightSorted!, layers.Right.First, upper, lower);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Saved(int[] all, int[] first, int upper, int lower)
    {
        var above = all.AsSpan(first[upper], first[upper + 1] - first[upper]);
        var below = all.AsSpan(first[lower], first[lower + 1] - first[lower]);
        steps += above.Length + below.Length;
        if (above.Length == 0 || below.Length == 0)
        {
            return 0;
        }

        if (above.Length == 1 && below.Length == 1)
        {
            return above[0].CompareTo(below[0]);
        }

        return Inversions(above, below) - Inversions(below, above);
    }

    // Pairs of which the one that belongs to the upper lies below the other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Inversions(ReadOnlySpan<int> above, ReadOnlySpan<int> below)
    {
        var (count, j) = (0, 0);
        foreach (var end in above)
        {
            while (j < below.Length && below[j] < end)
            {
                j++;
            }

            count += j;
        }

        return count;
    }

    private int[][] Copy() => [.. layers.Columns.Select(column => (int[])column.Clone())];

    private void Take(int[][] order)
    {
        for (var i = 0; i < order.Length; i++)
        {
            order[i].CopyTo(layers.Columns[i], 0);
            layers.Renumber(layers.Columns[i]);
        }
    }
}
