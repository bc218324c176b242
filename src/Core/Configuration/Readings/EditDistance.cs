namespace Dashboard.Core.Configuration.Readings;

/// <summary>How many letters have to be put in, left out, changed, or swapped with their neighbour, to make one text of another.</summary>
public static class EditDistance
{
    /// <summary>Counts them, in any case.</summary>
    /// <param name="from">One text.</param>
    /// <param name="to">The other.</param>
    /// <param name="most">When it is this or more, this is the answer.</param>
    public static int Between(string from, string to, int most = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var (older, before, row) = (new int[to.Length + 1], new int[to.Length + 1], new int[to.Length + 1]);
        for (var j = 0; j <= to.Length; j++)
        {
            before[j] = j;
        }

        for (var i = 1; i <= from.Length; i++)
        {
            row[0] = i;
            var least = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var same = char.ToLowerInvariant(from[i - 1]) == char.ToLowerInvariant(to[j - 1]);
                row[j] = Math.Min(Math.Min(before[j] + 1, row[j - 1] + 1), before[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && char.ToLowerInvariant(from[i - 1]) == char.ToLowerInvariant(to[j - 2]) && char.ToLowerInvariant(from[i - 2]) == char.ToLowerInvariant(to[j - 1]))
                {
                    row[j] = Math.Min(row[j], older[j - 2] + 1);
                }

                least = Math.Min(least, row[j]);
            }

            if (least >= most)
            {
                return most;
            }

            (older, before, row) = (before, row, older);
        }

        return before[to.Length];
    }
}
