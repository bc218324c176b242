using System.Globalization;

namespace Dashboard.Benchmarks;

/// <summary>One measured figure and what it should be.</summary>
/// <param name="Target">The number of the target, <c>P1</c>.</param>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The figure.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="AtMost">What it may be at most; null when it is only told.</param>
/// <param name="Limit">The peer or bare path measured in the same run, if there is one.</param>
/// <param name="AtMostRatio">How many times the limit it may be; null for no bound.</param>
internal sealed record Figure(string Target, string Name, double Value, string Unit, double? AtMost = null, double? Limit = null, double? AtMostRatio = null)
{
    /// <summary>How many times the limit.</summary>
    public double? Ratio => Limit is > 0 ? Value / Limit : null;

    /// <summary>Whether it is as it should be; a figure that could not be measured is not.</summary>
    public bool Ok => !double.IsNaN(Value) && (AtMost is null || Value <= AtMost) && (AtMostRatio is null || Ratio <= AtMostRatio);

    /// <summary>What it should be, in one word; null when it is only told.</summary>
    public string? Should => (AtMost, AtMostRatio) switch
    {
        (null, null) => null,
        ({ } most, null) => $"<={Text(most)}",
        (null, { } ratio) => $"<={Text(ratio)}x",
        ({ } most, { } ratio) => $"<={Text(most)},<={Text(ratio)}x",
    };

    /// <summary><c>P1 commit-to-pixel-p95 value=7.9 unit=ms limit=3.4 ratio=2.3 target="&lt;=10" ok=true</c></summary>
    public override string ToString()
    {
        var limit = Limit is { } l ? $" limit={Text(l)}" : "";
        var ratio = Ratio is { } r ? $" ratio={Text(r)}" : "";
        var should = Should is { } s ? $" target=\"{s}\" ok={(Ok ? "true" : "false")}" : "";
        return $"{Target} {Name} value={Text(Value)} unit={Unit}{limit}{ratio}{should}";
    }

    private static string Text(double value) => value.ToString(Math.Abs(value) < 100 ? "0.##" : "0", CultureInfo.InvariantCulture);
}
