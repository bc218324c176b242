using System.Runtime.InteropServices;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>A coming try: when, and how likely it succeeds if all before it failed.</summary>
/// <param name="At">When it begins.</param>
/// <param name="Chance">From 0 to 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ComingTry(DateTimeOffset At, double Chance);

/// <summary>When a failing job is expected to be well again: try by try, at the moments that will really come.</summary>
public static class HealRule
{
    private const int MostTries = 2_000;
    private const double AtLeast = 0.75;
    private static readonly TimeSpan Far = TimeSpan.FromDays(7);

    /// <summary>The moments of the coming tries: the first tick strictly after the next run, then each first one strictly after the try before and the pause.</summary>
    public static IEnumerable<DateTimeOffset> Tries(DateTimeOffset nextRun, TimeSpan pause, TickGrid grid, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(grid);
        var at = grid.After(nextRun, now);
        for (var i = 0; i < MostTries && at < DateTimeOffset.MaxValue && at - now < Far; i++)
        {
            yield return at;
            at = grid.After(at + pause, at);
        }
    }

    /// <summary>These moments with the chance of each, after so many failures in a row.</summary>
    public static IEnumerable<ComingTry> With(IEnumerable<DateTimeOffset> moments, HealCounts counts, string scope, Failures.FailureClass kind, string? words, int failures)
    {
        ArgumentNullException.ThrowIfNull(moments);
        ArgumentNullException.ThrowIfNull(counts);
        foreach (var at in moments)
        {
            yield return new ComingTry(at, counts.Hazard(scope, kind, words, failures++));
        }
    }

    /// <summary>The forecast.</summary>
    /// <param name="tries">The coming tries.</param>
    /// <param name="run">How long after a try begins it is known to have succeeded, usually and nearly always.</param>
    /// <param name="pageBy">Before when it has to be well.</param>
    /// <param name="after">After how many failures in a row it is made.</param>
    /// <param name="known">How many like it had come so far, and how many of them the next try ended.</param>
    public static HealForecast For(IEnumerable<ComingTry> tries, (TimeSpan Usual, TimeSpan Long) run, DateTimeOffset? pageBy, int after, (int AtRisk, int Healed) known)
    {
        ArgumentNullException.ThrowIfNull(tries);
        var (ill, byDeadline) = (1.0, 1.0);
        (DateTimeOffset At, double Chance)? likely = null, by80 = null;
        var (failures, inTime, whole) = (after, false, true);
        foreach (var next in tries)
        {
            if (failures++ >= HealCounts.Pooled)
            {
                whole = false;
                break;
            }

            // People are called at that moment: what is foretold beyond would never be seen to come true.
            if (next.At + run.Usual > pageBy)
            {
                break;
            }

            ill *= 1 - next.Chance;
            (byDeadline, inTime) = (ill, true);
            if (next.At + run.Long is var well && (pageBy is null || well <= pageBy))
            {
                likely ??= ill <= 0.5 ? (well, 1 - ill) : null;
                by80 ??= ill <= 0.2 ? (well, 1 - ill) : null;
            }

            if (by80 is not null && pageBy is null)
            {
                break;
            }
        }

        // Of a few it is said how many they were, and no chance; beyond what is counted one by one, nothing.
        var grade = after >= HealCounts.Pooled ? ForecastGrade.None : known.AtRisk >= 8 ? ForecastGrade.Measured : known.AtRisk >= 3 ? ForecastGrade.Thin : ForecastGrade.None;
        var measured = grade == ForecastGrade.Measured;

        // Where tries follow of which nothing is foretold it is at least that likely: said where that is likely enough to be of use, and of what looks hopeless nothing.
        var stated = measured && inTime && (whole || 1 - byDeadline >= AtLeast);
        return new HealForecast(grade)
        {
            Likely = measured ? likely?.At : null,
            LikelyChance = measured ? likely?.Chance : null,
            By80 = measured ? by80?.At : null,
            By80Chance = measured ? by80?.Chance : null,
            ByDeadline = stated ? 1 - byDeadline : null,
            AtRisk = known.AtRisk,
            Healed = known.Healed,
            NextTry = grade is not ForecastGrade.None ? Jeffreys.Interval80(known.Healed, known.AtRisk) : null,
            After = after,
        };
    }
}
