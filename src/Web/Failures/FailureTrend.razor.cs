using System.Globalization;
using Dashboard.Core.Failures;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Failures;

/// <summary>How many failures there were in each part of the last seven days, as bars, oldest first.</summary>
public sealed partial class FailureTrend
{
    private const int Step = 3;
    private const int Width = FailureGroup.TrendSteps * Step;
    private const int Height = 20;

    private List<(int X, string Y, string Height)> bars = [];
    private int most;
    private string summary = "";

    /// <summary>The numbers.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<int> Counts { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        most = Counts.Count == 0 ? 0 : Counts.Max();
        bars = [];
        for (var i = 0; i < Counts.Count && most > 0; i++)
        {
            if (Counts[i] > 0)
            {
                // One failure among hundreds is still seen.
                var height = Math.Max(2.0, (Height - 2.0) * Counts[i] / most);
                bars.Add((i * Step, Number(Height - height), Number(height)));
            }
        }

        summary = $"{Counts.Sum()} failures in the last 7 days, at most {most} in 6 hours; {(Counts.Count > 0 && Counts[^1] > 0 ? $"{Counts[^1]} in the last 6 hours" : "none in the last 6 hours")}.";
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
