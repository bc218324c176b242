namespace Dashboard.Web.Jobs;

/// <summary>Names somebody may have meant.</summary>
internal static class SimilarNames
{
    private const int Most = 5;
    private const int LongestCompared = 100;

    /// <summary>The names nearest to one, the nearest first; none that is far from it.</summary>
    public static IReadOnlyList<string> To(string name, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return
        [
            .. names
                .Select(other => (Name: other, Distance: Distance(name, other)))
                .Where(other => other.Distance <= Math.Max(2, name.Length / 2))
                .OrderBy(other => other.Distance)
                .ThenBy(other => other.Name, StringComparer.Ordinal)
                .Take(Most)
                .Select(other => other.Name),
        ];
    }

    // Part of the other is near, whatever its length; else letters changed, added or left out.
    private static int Distance(string one, string other)
    {
        if (one.Length == 0)
        {
            return int.MaxValue;
        }

        if (other.Contains(one, StringComparison.OrdinalIgnoreCase) || (other.Length > 2 && one.Contains(other, StringComparison.OrdinalIgnoreCase)))
        {
            return 1;
        }

        var a = one.Length > LongestCompared ? one[..LongestCompared] : one;
        var b = other.Length > LongestCompared ? other[..LongestCompared] : other;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }

        return row[b.Length];
    }
}
