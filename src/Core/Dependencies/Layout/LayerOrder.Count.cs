using System.Runtime.CompilerServices;

namespace Dashboard.Core.Dependencies.Layout;

/// <content>How many lines cross.</content>
internal sealed partial class LayerOrder
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long Count()
    {
        long crossings = 0;
        for (var i = 0; i + 1 < layers.Columns.Length; i++)
        {
            crossings += Between(layers.Columns[i], layers.Columns[i + 1].Length);
        }

        return crossings;
    }

    // Each line counts those before it that end lower, in a tree of sums.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long Between(int[] column, int width)
    {
        var sums = tree.AsSpan(0, width + 1);
        sums.Clear();
        long crossings = 0;
        var lines = 0;
        foreach (var place in column)
        {
            var beside = layers.Beside(place, left: false);
            steps += beside.Length * 8L;
            foreach (var neighbour in beside)
            {
                var before = 0;
                for (var i = layers.Place[neighbour] + 1; i > 0; i -= i & -i)
                {
                    before += sums[i];
                }

                crossings += lines - before;
            }

            foreach (var neighbour in beside)
            {
                for (var i = layers.Place[neighbour] + 1; i <= width; i += i & -i)
                {
                    sums[i]++;
                }
            }

            lines += beside.Length;
        }

        return crossings;
    }
}
