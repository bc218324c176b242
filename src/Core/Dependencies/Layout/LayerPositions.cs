using System.Runtime.CompilerServices;

namespace Dashboard.Core.Dependencies.Layout;

/// <summary>
/// How far from the top each place is: as near as can be to its neighbours, in the order given and never closer than allowed. Where several want the same
/// spot they are pooled and share it (pool adjacent violators), which is the best there is for one column; sweeps bring the columns together.
/// </summary>
internal sealed class LayerPositions
{
    private const int Sweeps = 10;

    private readonly Layers layers;
    private readonly LayoutMeasures measures;
    private readonly double[] middle;
    private readonly double[] wanted;
    private readonly double[] weight;
    private readonly (double Sum, double Weight, int Count)[] pools;

    private LayerPositions(Layers layers, LayoutMeasures measures)
    {
        (this.layers, this.measures) = (layers, measures);
        middle = new double[layers.Rank.Length];
        var widest = layers.Columns.Max(column => column.Length);
        (wanted, weight, pools) = (new double[widest], new double[widest], new (double, double, int)[widest]);
    }

    /// <summary>The middle of each place; the topmost edge of all is at 0.</summary>
    public static double[] Of(Layers layers, LayoutMeasures measures)
    {
        var positions = new LayerPositions(layers, measures);
        positions.Run();
        return positions.middle;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run()
    {
        foreach (var column in layers.Columns)
        {
            double at = 0;
            for (var i = 0; i < column.Length; i++)
            {
                at += i == 0 ? 0 : Apart(column[i - 1], column[i]);
                middle[column[i]] = at;
            }

            // Centred, so that the first sweep pulls no column to the top.
            foreach (var place in column)
            {
                middle[place] -= at / 2;
            }
        }

        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var both = sweep >= Sweeps - 3;
            for (var i = 0; i < layers.Columns.Length; i++)
            {
                Place(layers.Columns[sweep % 2 == 0 ? i : layers.Columns.Length - 1 - i], left: sweep % 2 == 0 || both, right: sweep % 2 != 0 || both);
            }
        }

        var top = layers.Columns.Min(column => middle[column[0]] - (Height(column[0]) / 2));
        for (var place = 0; place < middle.Length; place++)
        {
            middle[place] -= top;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Place(int[] column, bool left, bool right)
    {
        double offset = 0;
        for (var i = 0; i < column.Length; i++)
        {
            offset += i == 0 ? 0 : Apart(column[i - 1], column[i]);
            double sum = 0, total = 0;
            Add(column[i], left ? layers.Beside(column[i], left: true) : [], ref sum, ref total);
            Add(column[i], right ? layers.Beside(column[i], left: false) : [], ref sum, ref total);

            // Whoever has no neighbour on this side stays, but does not insist.
            (wanted[i], weight[i]) = total > 0 ? ((sum / total) - offset, total) : (middle[column[i]] - offset, 0.05);
        }

        Pool(column);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(int place, ReadOnlySpan<int> beside, ref double sum, ref double total)
    {
        foreach (var neighbour in beside)
        {
            // Long lines are to be straight.
            var pull = layers.IsLine(place) && layers.IsLine(neighbour) ? 8 : layers.IsLine(place) || layers.IsLine(neighbour) ? 2 : 1;
            sum += middle[neighbour] * pull;
            total += pull;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pool(int[] column)
    {
        var count = 0;
        for (var i = 0; i < column.Length; i++)
        {
            var pool = (Sum: wanted[i] * weight[i], Weight: weight[i], Count: 1);
            while (count > 0 && pools[count - 1].Sum / pools[count - 1].Weight >= pool.Sum / pool.Weight)
            {
                count--;
                pool = (pool.Sum + pools[count].Sum, pool.Weight + pools[count].Weight, pool.Count + pools[count].Count);
            }

            pools[count++] = pool;
        }

        double offset = 0;
        for (int i = 0, pool = 0, left = pools[0].Count; i < column.Length; i++, left--)
        {
            if (left == 0)
            {
                left = pools[++pool].Count;
            }

            offset += i == 0 ? 0 : Apart(column[i - 1], column[i]);
            middle[column[i]] = (pools[pool].Sum / pools[pool].Weight) + offset;
        }
    }

    private double Height(int place) => layers.IsLine(place) ? 0 : measures.BoxHeight;

    private double Apart(int upper, int lower) =>
        ((Height(upper) + Height(lower)) / 2) + (layers.IsLine(upper) || layers.IsLine(lower) ? measures.LineGap : measures.RowGap);
}
