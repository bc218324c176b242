using System.Collections.Immutable;
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

    // The run after one that failed comes within two ticks, unless something keeps it.
    private static readonly TimeSpan NextRun = TimeSpan.FromMinutes(15);

    // What is away again after two ticks was not well between.
    internal static readonly TimeSpan Apart = TimeSpan.FromMinutes(10);
    private readonly Dictionary<string, Read> byJob = new(StringComparer.Ordinal);
    private readonly HashSet<Guid> streaks = [];
    private readonly Queue<Guid> inOrder = new();
    private readonly Dictionary<string, (DateTimeOffset Began, DateTimeOffset Ended)> inVain = new(StringComparer.Ordinal);

    private ImmutableDictionary<string, (DateTimeOffset Began, DateTimeOffset Ended)> lately = ImmutableDictionary<string, (DateTimeOffset Began, DateTimeOffset Ended)>.Empty;

    /// <summary>One that has learned what is on record: as if it had watched since then. What it is told again of the same runs and streaks teaches nothing more.</summary>
    /// <param name="failures">Failures of runs, job by job, each job's oldest first.</param>
    /// <param name="ended">Streaks of retries, oldest first.</param>
    internal static HealMemory Of(IReadOnlyList<PastFailure> failures, IReadOnlyList<PastStreak> ended)
    {
        var memory = new HealMemory();
        List<HealCounts.Lesson> runs = [], attempts = [];
        for (var i = 0; i < failures.Count; i++)
        {
            var now = failures[i];
            var before = i > 0 && failures[i - 1].Job == now.Job && failures[i - 1] is { HealedNext: false } last && last.Next == now.Run;
            var streak = before ? memory.byJob[now.Job].Streak + 1 : 1;
            if (now.Next is not null && !(now.HealedNext && now.Called))
            {
                runs.Add(new HealCounts.Lesson(now.Job, now.Class, now.Words, streak, now.HealedNext));
            }

            memory.byJob[now.Job] = now.HealedNext ? new Read(null, now.Next!.Value, 0, now.Class, now.Words) : new Read(null, now.Run, streak, now.Class, now.Words);
        }

        foreach (var each in ended)
        {
            if (memory.streaks.Add(each.Id))
            {
                memory.inOrder.Enqueue(each.Id);
                memory.Attempts(each, attempts);
            }
        }

        memory.Model = new HealModel(memory.Model.Runs.With(runs), memory.Model.Attempts.With(attempts)) { Lately = memory.lately };
        return memory;
    }

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
                var called = ended[i].AppName is { } job && IsCalled(said, job);
                Attempts(
                    new PastStreak(ended[i].Id, ended[i].Who.Resource, ended[i].Class ?? FailureClass.Unknown, ended[i].Attempts, ended[i].State == StreakState.Recovered, called)
                    {
                        StartedAt = ended[i].StartedAt, EndedAt = ended[i].EndedAt ?? ended[i].HeardAt,
                    },
                    attempts ??= []);
            }
        }

        while (inOrder.Count > StreaksKept)
        {
            streaks.Remove(inOrder.Dequeue());
        }

        return runs is null && attempts is null ? Model : Model = new HealModel(Model.Runs.With(runs ?? []), Model.Attempts.With(attempts ?? [])) { Lately = lately };
    }

    private static bool IsCalled(VerdictSnapshot? said, string job) => said?.Find(job) is { State: VerdictState.Page or VerdictState.NeedsHumanLater };

    // Oldest first. What goes on now has not ended and says only that it did not heal so far.
    private static Read Runs(Read read, JobHistory history, string job, bool called, ref List<HealCounts.Lesson>? lessons)
    {
        var (last, streak, kind, words) = (read.Last, read.Streak, read.Class, read.Words);
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
                (lessons ??= []).Add(new HealCounts.Lesson(job, kind, words, streak, run.Outcome == RunOutcome.Success));
            }

            if (run is { Outcome: RunOutcome.Failure, Error: { } error })
            {
                (streak, kind, words) = (streak + 1, FailureKindRule.Of(error).Class, Fingerprint.Words(error));
            }
            else if (run.Outcome == RunOutcome.Success)
            {
                streak = 0;
            }
        }

        return new Read(history, last, streak, kind, words);
    }

    // The attempt after the last failure of a streak that gave up, or fell silent, was never made. The run that follows, of whichever job, goes on where it ended: counted as fresh, each run of a long outage would teach that a first
    // attempt never helps.
    private void Attempts(PastStreak streak, List<HealCounts.Lesson> lessons)
    {
        var began = inVain.TryGetValue(streak.Resource, out var before) && streak.StartedAt - before.Ended <= NextRun && before.Began < streak.StartedAt ? before.Began : streak.StartedAt;
        var row = AttemptLadder.Within(streak.StartedAt - began);
        var first = lately.TryGetValue(streak.Resource, out var known) && streak.StartedAt - known.Ended <= Apart && known.Began < streak.StartedAt ? known.Began : streak.StartedAt;
        lately = lately.SetItem(streak.Resource, (first, known.Ended > streak.EndedAt ? known.Ended : streak.EndedAt));
        for (var failures = 1; failures < streak.Attempts; failures++)
        {
            lessons.Add(new HealCounts.Lesson(streak.Resource, streak.Class, null, row + failures, Healed: false));
        }

        if (streak is { Recovered: true, Called: false })
        {
            lessons.Add(new HealCounts.Lesson(streak.Resource, streak.Class, null, row + streak.Attempts, Healed: true));
        }

        if (streak.Recovered)
        {
            inVain.Remove(streak.Resource);
        }
        else
        {
            inVain[streak.Resource] = (began, streak.EndedAt);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Read(JobHistory? History, long Last, int Streak, FailureClass Class, string? Words);
}
