using System.Runtime.InteropServices;
using Dashboard.Core.Failures;
using Dashboard.Core.Retries;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>
/// What was learned of one source for as long as it is watched. Of a job that runs every five minutes the runs that are kept reach back five hours: failures are rarer than that, so each is
/// remembered when it is seen.
/// </summary>
public sealed class HealMemory
{
    private const int StreaksKept = 10_000;
    private readonly Dictionary<string, Read> byJob = new(StringComparer.Ordinal);
    private readonly HashSet<Guid> streaks = [];
    private readonly Queue<Guid> inOrder = new();

    /// <summary>What is known so far.</summary>
    public HealModel Model { get; private set; } = HealModel.None;

    /// <summary>Takes in what is new in these facts; the same model when nothing is.</summary>
    /// <param name="facts">What is known.</param>
    /// <param name="said">What was said last: a success after people were called says nothing of what heals by itself.</param>
    public HealModel Learn(VerdictFacts facts, VerdictSnapshot? said)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return Learn(facts.Standings.Jobs, facts.Ended, said);
    }

    /// <summary>Takes in what is new in the runs of these jobs and in these streaks of retries.</summary>
    public HealModel Learn(IReadOnlyList<JobStanding> jobs, IReadOnlyList<RetryStreak> ended, VerdictSnapshot? said)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(ended);
        List<HealCounts.Lesson>? runs = null, attempts = null;
        for (var i = 0; i < jobs.Count; i++)
        {
            var history = jobs[i].History;
            ref var read = ref CollectionsMarshal.GetValueRefOrAddDefault(byJob, jobs[i].Job.Name, out _);
            if (!ReferenceEquals(read.History, history))
            {
                read = Runs(read, history, jobs[i].Job.Name, IsCalled(said, jobs[i].Job.Name), ref runs);
            }
        }

        for (var i = 0; i < ended.Count; i++)
        {
            if (ended[i].State is not StreakState.Open && streaks.Add(ended[i].Id))
            {
                inOrder.Enqueue(ended[i].Id);
                Attempts(ended[i], ended[i].AppName is { } job && IsCalled(said, job), attempts ??= []);
            }
        }

        while (inOrder.Count > StreaksKept)
        {
            streaks.Remove(inOrder.Dequeue());
        }

        return runs is null && attempts is null ? Model : Model = new HealModel(Model.Runs.With(runs ?? []), Model.Attempts.With(attempts ?? []));
    }

    private static bool IsCalled(VerdictSnapshot? said, string job) => said?.Find(job) is { State: VerdictState.Page or VerdictState.NeedsHumanLater };

    // Oldest first. What goes on now has not ended and says only that it did not heal so far.
    private static Read Runs(Read read, JobHistory history, string job, bool called, ref List<HealCounts.Lesson>? lessons)
    {
        var (last, streak, kind) = (read.Last, read.Streak, read.Class);
        var next = history.Runs.Count - 1;
        while (next >= 0 && history.Runs[next].Id <= last)
        {
            next--;
        }

        for (; next >= 0; next--)
        {
            var run = history.Runs[next];
            last = run.Id;
            if (streak > 0 && (run.Outcome == RunOutcome.Failure || (run.Outcome == RunOutcome.Success && !called)))
            {
                (lessons ??= []).Add(new HealCounts.Lesson(job, kind, streak, run.Outcome == RunOutcome.Success));
            }

            if (run is { Outcome: RunOutcome.Failure, Error: { } error })
            {
                (streak, kind) = (streak + 1, FailureKindRule.Of(error).Class);
            }
            else if (run.Outcome == RunOutcome.Success)
            {
                streak = 0;
            }
        }

        return new Read(history, last, streak, kind);
    }

    // The attempt after the last failure of a streak that gave up, or fell silent, was never made.
    private static void Attempts(RetryStreak streak, bool called, List<HealCounts.Lesson> lessons)
    {
        var kind = streak.Class ?? FailureClass.Unknown;
        for (var failures = 1; failures < streak.Attempts; failures++)
        {
            lessons.Add(new HealCounts.Lesson(streak.Resource, kind, failures, Healed: false));
        }

        if (streak.State == StreakState.Recovered && !called)
        {
            lessons.Add(new HealCounts.Lesson(streak.Resource, kind, streak.Attempts, Healed: true));
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Read(JobHistory? History, long Last, int Streak, FailureClass Class);
}
