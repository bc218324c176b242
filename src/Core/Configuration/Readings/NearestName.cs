namespace Dashboard.Core.Configuration.Readings;

/// <summary>The name somebody probably meant.</summary>
public static class NearestName
{
    private const int LongestName = 200;

    /// <summary>Of some names the one that needs the fewest letters changed, when those are few for its length; null when none is near.</summary>
    public static string? To(string name, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(names);
        if (name.Length is 0 or > LongestName)
        {
            return null;
        }

        var (nearest, fewest) = ((string?)null, Math.Max(2, name.Length / 4) + 1);
        foreach (var each in names)
        {
            if (Math.Abs(each.Length - name.Length) < fewest && EditDistance.Between(name, each, fewest) is var distance && distance < fewest)
            {
                (nearest, fewest) = (each, distance);
            }
        }

        return nearest;
    }
}
