using System.Globalization;
using Dashboard.Core.Retries;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>How long recovered streaks of a resource took, with how many there are.</summary>
public sealed partial class RecoveryBars
{
    private const int Column = 34;
    private const int Tallest = 30;

    private static readonly IReadOnlyList<string> Labels =
        [.. RecoveryTimes.Bounds.Select(bound => bound.TotalSeconds < 60 ? $"{Number(bound.TotalSeconds)} s" : bound.TotalMinutes < 60 ? $"{Number(bound.TotalMinutes)} m" : $"{Number(bound.TotalHours)} h"), "more"];

    private string summary = "";

    /// <summary>The times.</summary>
    [Parameter, EditorRequired]
    public required RecoveryTimes Recovery { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet() => summary = Recovery.Buckets.Count != Labels.Count
        ? ""
        : string.Join(", ", Labels.Select((label, i) => (Label: i == Labels.Count - 1 ? "longer" : $"up to {label}", N: Recovery.Buckets[i])).Where(pair => pair.N > 0).Select(pair => $"{pair.Label}: {Number(pair.N)}"));

    private int Height(int bucket) => Recovery.Buckets[bucket] == 0 ? 1 : Math.Max(3, Recovery.Buckets[bucket] * Tallest / Recovery.Buckets.Max());

    private static string Number(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
