using System.Globalization;
using System.Text;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;

namespace Dashboard.Web.Components;

/// <summary>
/// The outlines of a run strip: the newest run at the right edge, one path for each kind of bar, so that a row costs five elements
/// and not sixty. Kinds differ by shape: a success is short, a failure full height with a notch, a run under way striped,
/// one that should have started hollow.
/// </summary>
internal sealed record RunStripShape(string Success, string Failure, string Unknown, string Running, string Missing, string Summary)
{
    /// <summary>Bars in a strip.</summary>
    public const int Bars = JobHistory.Kept;

    /// <summary>From one bar to the next.</summary>
    public const int Step = 4;

    /// <summary>Of the drawing.</summary>
    public const int Width = Bars * Step;

    /// <summary>Of the drawing.</summary>
    public const int Height = 18;

    /// <summary>The strip of a job.</summary>
    public static RunStripShape Of(JobStanding standing)
    {
        ArgumentNullException.ThrowIfNull(standing);
        StringBuilder success = new(), failure = new(), unknown = new(), running = new(), missing = new();
        var x = Width - Step + 1;
        if (standing.State is JobState.Running or JobState.StuckLock)
        {
            Append(running, $"M{x} 0h3v3h-3zM{x} 5h3v3h-3zM{x} 10h3v3h-3zM{x} 15h3v3h-3z");
            x -= Step;
        }
        else if (standing.State is JobState.Overdue or JobState.Blocked)
        {
            Append(missing, $"M{x} 0h3v18h-3zM{x + 1} 1v16h1v-16z");
            x -= Step;
        }

        foreach (var run in standing.History.Runs)
        {
            if (x < 0)
            {
                break;
            }

            _ = run.Outcome switch
            {
                RunOutcome.Success => Append(success, $"M{x} 11h3v7h-3z"),
                RunOutcome.Failure => Append(failure, $"M{x} 0h3v8h-3zM{x} 10h3v8h-3z"),
                _ => Append(unknown, $"M{x} 6h3v6h-3z"),
            };
            x -= Step;
        }

        return new(success.ToString(), failure.ToString(), unknown.ToString(), running.ToString(), missing.ToString(), Sentence(standing));
    }

    private static StringBuilder Append(StringBuilder path, FormattableString part) => path.Append(part.ToString(CultureInfo.InvariantCulture));

    private static string Sentence(JobStanding standing)
    {
        var runs = standing.History.Runs;
        if (runs.Count == 0)
        {
            return standing.State is JobState.Running ? "Running; no earlier run known." : "No run known.";
        }

        var failed = runs.Count(run => run.Outcome is RunOutcome.Failure);
        var counted = runs.Count == 1 ? "1 run" : $"Last {runs.Count} runs";
        var outcome = failed switch
        {
            0 => "all succeeded",
            _ when failed == runs.Count => "all failed",
            _ => $"{failed} failed",
        };
        var streak = standing.History.Streak is < -1 and var failures && failed != runs.Count ? $", the newest {-failures} in a row" : "";
        var present = standing.State switch
        {
            JobState.Running => "; running now",
            JobState.StuckLock => "; locked now",
            JobState.Overdue or JobState.Blocked => "; one should have started and has not",
            _ => "",
        };
        return $"{counted}: {outcome}{streak}{present}.";
    }
}
