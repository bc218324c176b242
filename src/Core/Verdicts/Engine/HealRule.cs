using Dashboard.Core.Failures;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>When a failing job is expected to be well again: try by try, at the ticks that will really come.</summary>
public static class HealRule
{
    private const int MostTries = 2_000;
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

    /// <summary>The forecast.</summary>
    /// <param name="job">The failing job.</param>
    /// <param name="kind">Its class.</param>
    /// <param name="failures">How many in a row so far.</param>
    /// <param name="tries">When it is tried again.</param>
    /// <param name="run">How long a run usually lasts.</param>
    /// <param name="pageBy">Before when it has to be well.</param>
    /// <param name="model">What is known of the past.</param>
    public static HealForecast For(string job, FailureClass kind, int failures, IEnumerable<DateTimeOffset> tries, TimeSpan run, DateTimeOffset? pageBy, HealModel model)
    {
        ArgumentNullException.ThrowIfNull(tries);
        ArgumentNullException.ThrowIfNull(model);
        var (ill, byDeadline) = (1.0, 1.0);
        DateTimeOffset? likely = null, by80 = null;
        var after = failures;
        foreach (var at in tries)
        {
            ill *= 1 - model.Hazard(job, kind, after++);
            var well = at + run;
            likely ??= ill <= 0.5 ? well : null;
            by80 ??= ill <= 0.2 ? well : null;
            byDeadline = pageBy is null || well <= pageBy ? ill : byDeadline;
            if (by80 is not null && (pageBy is null || well > pageBy))
            {
                break;
            }
        }

        var (atRisk, healed, _) = model.Known(job, kind, failures);
        return new HealForecast(atRisk >= 8 ? ForecastGrade.Measured : atRisk >= 3 ? ForecastGrade.Thin : ForecastGrade.None)
        {
            Likely = likely,
            By80 = by80,
            ByDeadline = 1 - byDeadline,
            AtRisk = atRisk,
            Healed = healed,
        };
    }
}
