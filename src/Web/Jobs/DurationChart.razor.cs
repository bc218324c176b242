using System.Globalization;
using Dashboard.Core.Runs;
using Dashboard.Web.Components;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>How long the recent runs took, as bars; failures notched, the median as a line.</summary>
public sealed partial class DurationChart
{
    private const int Step = 14;
    private const int Width = JobHistory.Kept * Step;
    private const int Height = 120;
    private const int Top = 4;
    private const int Floor = Height - 1;

    private JobHistory? drawn;
    private List<Bar> bars = [];
    private TimeSpan longest;
    private string? median;
    private string summary = "";
    private int failures;

    /// <summary>The runs.</summary>
    [Parameter, EditorRequired]
    public required JobHistory History { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (ReferenceEquals(drawn, History))
        {
            return;
        }

        drawn = History;
        var runs = History.Runs.Take(JobHistory.Kept).ToList();
        longest = runs.Select(run => run.Duration ?? TimeSpan.Zero).DefaultIfEmpty().Max();
        failures = runs.Count(run => run.Outcome is RunOutcome.Failure);
        bars = [.. runs.Select((run, i) => Of(run, Width - ((i + 1) * Step)))];
        median = History.UsualDuration is { } usual ? Number(Y(usual)) : null;
        summary = $"The last {runs.Count} runs took up to {Times.Length(longest)}"
            + (History.UsualDuration is { } typical ? $", usually {Times.Length(typical)}" : "")
            + (failures > 0 ? $"; {failures} failed." : "; none failed.");
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private Bar Of(Run run, int x)
    {
        var top = Math.Min(Y(run.Duration ?? TimeSpan.Zero), Floor - 2);
        var left = x + 2;
        const int wide = Step - 4;
        var failed = run.Outcome is RunOutcome.Failure;
        var middle = (top + Floor) / 2;

        // A notch needs room: a failure is drawn at least twelve high.
        var path = failed
            ? $"M{left} {Number(Math.Min(top, Floor - 12))}h{wide}V{Number(Math.Min(middle, Floor - 7) - 1)}h-{wide}zM{left} {Number(Math.Min(middle, Floor - 7) + 2)}h{wide}V{Floor}h-{wide}z"
            : $"M{left} {Number(top)}h{wide}V{Floor}h-{wide}z";
        var outcome = run.Outcome switch
        {
            RunOutcome.Success => "succeeded",
            RunOutcome.Failure => $"failed · {OneLine.Of(run.Error?.Type ?? "", 60)}",
            _ => "ended without a word",
        };
        var length = run.Duration is { } duration ? Times.Length(duration) : "unknown duration";
        return new Bar(x, path, failed ? "bad" : run.Outcome is RunOutcome.Success ? "ok" : "odd", $"{Times.Absolute(run.LogTime)} · {outcome} · {length}");
    }

    private double Y(TimeSpan length) => longest <= TimeSpan.Zero ? Floor : Floor - (Math.Clamp(length / longest, 0, 1) * (Floor - Top));

    private sealed record Bar(int X, string Path, string Kind, string Title);
}
