namespace Dashboard.Web.Now;

/// <summary>A moment on the bar of a trouble.</summary>
/// <param name="Name">What happens, or happened.</param>
/// <param name="At">When.</param>
/// <param name="Place">Where on the bar, from 0 to 100.</param>
public sealed record TimeMark(string Name, DateTimeOffset At, double Place)
{
    /// <summary>Those that are known, in their order, laid out so that neighbours can be told apart however far the rest is away.</summary>
    /// <remarks>
    /// A deadline of years ago would press everything else together: the steps between neighbours are drawn by the logarithm of their length, so a bar shows the order and what is near and far,
    /// not a scale. The moments stand beneath it in words.
    /// </remarks>
    public static IReadOnlyList<TimeMark> Of(params ReadOnlySpan<(string Name, DateTimeOffset? At)> moments)
    {
        var known = new List<(string Name, DateTimeOffset At)>();
        foreach (var (name, at) in moments)
        {
            if (at is { } moment && moment > DateTimeOffset.MinValue.AddYears(1) && moment < DateTimeOffset.MaxValue.AddYears(-1))
            {
                known.Add((name, moment));
            }
        }

        known = [.. known.OrderBy(mark => mark.At)];
        if (known.Count == 0)
        {
            return [];
        }

        var steps = known.Zip(known.Skip(1), (one, next) => Math.Log2(1 + Math.Max(0, (next.At - one.At).TotalMinutes)) + 0.5).ToArray();
        var whole = steps.Sum();
        var marks = new List<TimeMark>(known.Count);
        var passed = 0.0;
        for (var i = 0; i < known.Count; i++)
        {
            marks.Add(new TimeMark(known[i].Name, known[i].At, whole == 0 ? 50 : Math.Round(100 * passed / whole, 2)));
            passed += i < steps.Length ? steps[i] : 0;
        }

        return marks;
    }
}
