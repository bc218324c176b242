using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dashboard.Core.Failures;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>
/// How failures of the past ended: for each number of failures in a row, how often the next try succeeded. What is known of a job leans on what is known of
/// its class of failure, and that on what the class itself says, so that little evidence says little.
/// </summary>
public sealed class HealModel
{
    /// <summary>From so many failures in a row on they count as the same.</summary>
    public const int Pooled = 6;

    // The weight of what is known of the wider kind, in failures.
    private const double Lean = 4;

    // A history is read once, however often it is judged.
    private static readonly ConditionalWeakTable<JobHistory, Lesson[]> Lessons = [];

    private readonly Dictionary<(string Job, FailureClass Class), Tally[]> byJob = [];
    private readonly Dictionary<FailureClass, Tally[]> byClass = [];

    private HealModel()
    {
    }

    /// <summary>From the runs of all jobs.</summary>
    public static HealModel From(IReadOnlyList<JobStanding> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var model = new HealModel();
        foreach (var job in jobs)
        {
            model.Learn(job.Job.Name, job.History);
        }

        return model;
    }

    /// <summary>The chance that the next try after so many failures in a row succeeds. One more failure never makes it greater.</summary>
    public double Hazard(string job, FailureClass kind, int failures)
    {
        var (a, b) = Prior(kind);
        var (own, wide) = (byJob.GetValueOrDefault((job, kind)), byClass.GetValueOrDefault(kind));
        var least = 1.0;
        for (var place = 0; place <= Place(failures); place++)
        {
            var (known, all) = (own?[place] ?? default, wide?[place] ?? default);
            var mean = (all.Healed + a) / (all.AtRisk + a + b);
            least = Math.Min(least, (known.Healed + (mean * Lean)) / (known.AtRisk + Lean));
        }

        return least;
    }

    /// <summary>How many failures like it had come so far, and how many of them the next try ended: of the job if three or more, else of all jobs.</summary>
    public (int AtRisk, int Healed, bool Own) Known(string job, FailureClass kind, int failures)
    {
        var place = Place(failures);
        var own = byJob.GetValueOrDefault((job, kind))?[place] ?? default;
        var wide = byClass.GetValueOrDefault(kind)?[place] ?? default;
        return own.AtRisk >= 3 ? (own.AtRisk, own.Healed, true) : (wide.AtRisk, wide.Healed, false);
    }

    /// <summary>What a class says of itself, as successes and failures seen.</summary>
    public static (double Healed, double Not) Prior(FailureClass kind) => kind switch
    {
        FailureClass.Network => (2, 2),
        FailureClass.Busy => (3, 1),
        FailureClass.Full => (1, 3),
        FailureClass.Auth or FailureClass.Configuration => (0.2, 3.8),
        FailureClass.Code or FailureClass.Data => (0.5, 3.5),
        FailureClass.Killed => (4, 1),
        _ => (1, 2),
    };

    private static int Place(int failures) => Math.Clamp(failures, 1, Pooled) - 1;

    private void Learn(string job, JobHistory history)
    {
        foreach (var (kind, streak, healed) in Lessons.GetValue(history, Read))
        {
            Count(byJob, (job, kind), streak, healed);
            Count(byClass, kind, streak, healed);
        }
    }

    // Oldest first. What goes on now has not ended and says only that it did not heal so far.
    private static Lesson[] Read(JobHistory history)
    {
        var lessons = new List<Lesson>();
        var streak = 0;
        FailureClass kind = default;
        for (var i = history.Runs.Count - 1; i >= 0; i--)
        {
            var run = history.Runs[i];
            if (streak > 0 && run.Outcome is not RunOutcome.Unknown)
            {
                lessons.Add(new Lesson(kind, streak, run.Outcome == RunOutcome.Success));
            }

            if (run is { Outcome: RunOutcome.Failure, Error: { } error })
            {
                var now = FailureKindRule.Of(error).Class;
                streak = streak > 0 && now == kind ? streak + 1 : 1;
                kind = now;
            }
            else if (run.Outcome == RunOutcome.Success)
            {
                streak = 0;
            }
        }

        return [.. lessons];
    }

    private static void Count<TKey>(Dictionary<TKey, Tally[]> tallies, TKey key, int streak, bool healed)
        where TKey : notnull
    {
        if (!tallies.TryGetValue(key, out var kept))
        {
            tallies[key] = kept = new Tally[Pooled];
        }

        var place = Place(streak);
        kept[place] = new Tally(kept[place].AtRisk + 1, kept[place].Healed + (healed ? 1 : 0));
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Tally(int AtRisk, int Healed);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Lesson(FailureClass Kind, int Streak, bool Healed);
}
