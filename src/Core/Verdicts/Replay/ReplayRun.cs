using Dashboard.Core.Verdicts.Engine;
using Dashboard.Core.Verdicts.Simulation;

namespace Dashboard.Core.Verdicts.Replay;

/// <summary>What came of replaying histories.</summary>
public sealed record ReplayResult
{
    /// <summary>The verdict first, then its rivals.</summary>
    public required IReadOnlyList<ReplayScore> Scores { get; init; }

    /// <summary>Every chance that was stated and whether it came true.</summary>
    public required IReadOnlyList<(Promise Promise, bool Kept)> Promises { get; init; }

    /// <summary>How often the verdict changed its mind, incident by incident.</summary>
    public required IReadOnlyList<int> Flips { get; init; }

    /// <summary>How many times it was judged.</summary>
    public int Evaluations { get; init; }

    /// <summary>How many incidents there were, and how many of them two at once on the same job.</summary>
    public int Incidents { get; init; }

    /// <summary>How many of them overlapped another on the same job.</summary>
    public int Ambiguous { get; init; }

    /// <summary>This and another together.</summary>
    public ReplayResult And(ReplayResult other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new ReplayResult
        {
            Scores = [.. Scores.Zip(other.Scores, (one, two) => one.And(two))],
            Promises = [.. Promises, .. other.Promises],
            Flips = [.. Flips, .. other.Flips],
            Evaluations = Evaluations + other.Evaluations,
            Incidents = Incidents + other.Incidents,
            Ambiguous = Ambiguous + other.Ambiguous,
        };
    }
}

/// <summary>
/// Goes through a history tick by tick and asks the verdict and its rivals with only what was known then; what was learned was learned from what had come before. Between ticks it is asked
/// again at the moments at which it said it would decide, as a dashboard that watches all the time would.
/// </summary>
public static class ReplayRun
{
    /// <summary>Replays one.</summary>
    /// <param name="world">Who runs when.</param>
    /// <param name="history">What could be known, in the order of time.</param>
    /// <param name="truth">What really was the matter: looked at only when all is said.</param>
    /// <param name="settings">The verdict's own.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="watch">Told of everything that is said, and when; null for nobody.</param>
    public static ReplayResult Of(SimulatedWorld world, IEnumerable<HistoryLine> history, IReadOnlyList<Incident> truth, VerdictSettings settings, CancellationToken cancellationToken, Action<DateTimeOffset, VerdictSnapshot>? watch = null)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(truth);
        var source = new ReplayedSource(world);
        var memory = new HealMemory();
        var (verdict, nagios, three, none) = (new Calling(), new Calling(), new Calling(), new Calling());
        var (promises, flips) = (new Promises(), new Flips());
        List<(string Job, DateTimeOffset At)> good = [];
        VerdictSnapshot? said = null;
        var evaluations = 0;
        using var lines = history.GetEnumerator();
        var more = lines.MoveNext();
        for (var tick = world.Start + world.Tick; tick <= world.End; tick += world.Tick)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var now = tick - world.Tick; now < tick;)
            {
                var next = said is null ? tick : Decided(said, now, tick) ?? tick;
                now = Known(next) ?? next;
                Judge(now);
            }
        }

        var wells = good.ToLookup(run => run.Job, run => run.At, StringComparer.Ordinal);
        return new ReplayResult
        {
            Scores =
            [
                ReplayScore.Of("verdict", world, truth, verdict.Calls), ReplayScore.Of("crontabber --nagios per job", world, truth, nagios.Calls),
                ReplayScore.Of("3 failures in a row", world, truth, three.Calls), ReplayScore.Of("no success in 2 runs", world, truth, none.Calls),
            ],
            Promises = [.. Promises.Kept(promises.All, wells, truth, world.End)],
            Flips = [.. flips.Of(truth)],
            Evaluations = evaluations,
            Incidents = truth.Count,
            Ambiguous = truth.Count(incident => incident.Ambiguous),
        };

        // Takes in what could be known until a moment; or until the first failure before it that a dashboard that watches sees when it is written, or the first of an executor when it is told, and when that was.
        DateTimeOffset? Known(DateTimeOffset until)
        {
            var failed = false;
            while (more && lines.Current.At <= until)
            {
                var line = lines.Current;
                source.Apply(line);
                more = lines.MoveNext();
                failed |= line.Log is { ErrorType: not null } || line.Attempt is { Number: 1, Outcome: Retries.RetryOutcome.Fail };
                if (line is { Job: { } job, Log.Success: not null })
                {
                    good.Add((job, line.At));
                }

                if (failed && (!more || lines.Current.At > line.At) && line.At < until)
                {
                    return line.At;
                }
            }

            return null;
        }

        void Judge(DateTimeOffset now)
        {
            var facts = source.Facts(now);
            said = VerdictEngine.Evaluate(facts, settings, memory.Learn(facts, said), now, said);
            evaluations++;
            verdict.At(now, said.Roots.Where(root => root.State is VerdictState.Page or VerdictState.NeedsHumanLater or VerdictState.Recovering).Select(root => (
                $"{root.Root.Kind} {root.Root.Name}",
                (IReadOnlyList<string>)[.. said.Jobs.Where(each => each.Root == root.Root && each.State is not (VerdictState.Ok or VerdictState.Blocked)).Select(each => each.Job)],
                root.State switch { VerdictState.Page => CallKind.Page, VerdictState.Recovering => CallKind.Recovering, _ => CallKind.Ticket })));
            nagios.At(now, Rivals.Nagios(world, source.Rows).Select(Each));
            three.At(now, Rivals.ThreeInARow(world, source.Rows).Select(Each));
            none.At(now, Rivals.NoneInTwoRuns(facts, now).Select(Each));
            promises.At(now, said);
            flips.At(now, said);
            watch?.Invoke(now, said);
        }

        static (string Root, IReadOnlyList<string> Jobs, CallKind Kind) Each(string job) => (job, [job], CallKind.Page);
    }

    // The first moment between two others at which something is to be decided.
    private static DateTimeOffset? Decided(VerdictSnapshot said, DateTimeOffset after, DateTimeOffset before)
    {
        DateTimeOffset? first = null;
        foreach (var verdict in said.Jobs)
        {
            if (verdict.DecideAt is { } at && at > after && at < before && (first is null || at < first))
            {
                first = at;
            }
        }

        return first;
    }
}
