using Dashboard.Core.Configuration.Readings;

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
        return EditDistance.Between(a, b);
    }
}
