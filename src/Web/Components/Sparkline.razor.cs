using System.Globalization;
using Dashboard.Core.Runs;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Components;

/// <summary>How long the last successful runs took, oldest first; nothing while there are fewer than two.</summary>
public sealed partial class Sparkline
{
    private const int Width = 60;
    private const int Height = 16;
    private const int Most = 30;
    private const double Margin = 2;

    private string points = "";
    private string lastX = "";
    private string lastY = "";
    private string summary = "";

    /// <summary>The runs.</summary>
    [Parameter, EditorRequired]
    public required JobHistory History { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        points = "";
        var lengths = History.Runs
            .Where(run => run is { Outcome: RunOutcome.Success, Duration: not null })
            .Take(Most)
            .Select(run => run.Duration!.Value)
            .Reverse()
            .ToArray();
        if (lengths.Length < 2)
        {
            return;
        }

        var longest = Math.Max(lengths.Max().TotalSeconds, double.Epsilon);
        var step = (Width - (2 * Margin)) / (lengths.Length - 1);
        var at = lengths
            .Select((length, i) => (X: Number(Margin + (i * step)), Y: Number(Height - Margin - (Math.Max(length.TotalSeconds, 0) / longest * (Height - (2 * Margin))))))
            .ToArray();
        points = string.Join(' ', at.Select(point => $"{point.X},{point.Y}"));
        (lastX, lastY) = at[^1];
        summary = $"The last {lengths.Length} successful runs took {Times.Length(lengths.Min())} to {Times.Length(lengths.Max())}, the newest {Times.Length(lengths[^1])}.";
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
