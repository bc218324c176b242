using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>What is odd about a job's runs although they succeed. Flags never page.</summary>
public static class RunFlags
{
    private const int Fewest = 8;
    private const int Looked = 3;

    // Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): a modified z-score beyond 3.5 stands out.
    private const double Outlying = 3.5;
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(60);

    /// <summary>Whether two of the last three good runs took far longer than those before: more than twice the median, by a minute at least, and far outside their usual spread.</summary>
    public static bool IsSlow(JobHistory history) => Two(history, (length, before) => length > 2 * before.Median && length - before.Median > Noticeable.TotalSeconds && before.Score(length) > Outlying);

    /// <summary>Of a job whose runs have grown long: beyond what length this one has, too, for certain: three times what was usual before and five minutes. Null of any other.</summary>
    public static TimeSpan? SlowBeyond(JobHistory history) => IsSlow(history) && UsualBefore(history) is { } usual ? (3 * usual) + TimeSpan.FromMinutes(5) : null;

    /// <summary>The median length of the older half of its good runs: what was usual before whatever changed lately. Null without any.</summary>
    public static TimeSpan? UsualBefore(JobHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        double[] good = [.. history.Runs.Where(run => run is { Outcome: RunOutcome.Success, Duration: not null }).Select(run => run.Duration!.Value.TotalSeconds)];
        return good.Length == 0 ? null : TimeSpan.FromSeconds(Lengths.Of([.. good.Skip(good.Length / 2)]).Median);
    }

    /// <summary>Whether two of the last three good runs took far shorter than those before: as when a job finds nothing to do that it should find.</summary>
    public static bool IsTooFast(JobHistory history) => Two(history, (length, before) => length < 0.3 * before.Median && before.Score(length) < -Outlying);

    /// <summary>
    /// How often the outcome changed over the last 21 runs, newer changes counting for more (0.8 to 1.2, as Nagios weighs them), from 0 to 1; null with fewer than 8 runs.
    /// </summary>
    public static double? ChangeRate(JobHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        Run[] runs = [.. history.Runs.Where(run => run.Outcome != RunOutcome.Unknown).Take(21)];
        if (runs.Length < Fewest)
        {
            return null;
        }

        var (changed, all) = (0.0, runs.Length - 1);
        for (var i = 0; i < all; i++)
        {
            // The newest first: its weight is the greatest.
            var weight = 1.2 - (0.4 * i / Math.Max(all - 1, 1));
            changed += runs[i].Outcome != runs[i + 1].Outcome ? weight : 0;
        }

        return changed / all;
    }

    private static bool Two(JobHistory history, Func<double, Lengths, bool> stands)
    {
        ArgumentNullException.ThrowIfNull(history);
        double[] good = [.. history.Runs.Where(run => run is { Outcome: RunOutcome.Success, Duration: not null }).Select(run => run.Duration!.Value.TotalSeconds)];
        if (good.Length < Fewest + Looked)
        {
            return false;
        }

        // Against the older half, so that what grows by and by does not hide behind its own growth.
        var before = Lengths.Of([.. good.Skip(Math.Max(Looked, good.Length / 2))]);
        return good.Take(Looked).Count(length => stands(length, before)) >= 2;
    }

    private sealed record Lengths(double Median, double Spread)
    {
        public static Lengths Of(double[] lengths)
        {
            Array.Sort(lengths);
            var median = lengths[lengths.Length / 2];
            double[] off = [.. lengths.Select(length => Math.Abs(length - median)).Order()];
            var middle = off[off.Length / 2];

            // Runs that are all but equal have no middle deviation: then the mean one stands for it.
            return new Lengths(median, middle > 0 ? middle / 0.6745 : 1.253 * off.Average());
        }

        public double Score(double length) => Spread > 0 ? (length - Median) / Spread : length == Median ? 0 : double.PositiveInfinity * Math.Sign(length - Median);
    }
}
