using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>What a run comes to, slot by slot and attempt by attempt, on the timers of its executors.</summary>
internal sealed class SimulatedRun
{
    private readonly SimulatedJob job;
    private readonly SimulatedWorld world;
    private readonly FaultTimes faults;
    private readonly Chance chance;

    private SimulatedRun(SimulatedJob job, SimulatedWorld world, FaultTimes faults, Chance chance) => (this.job, this.world, this.faults, this.chance) = (job, world, faults, chance);

    /// <summary>When it ends.</summary>
    public DateTimeOffset End { get; private set; }

    /// <summary>The last slot that succeeded.</summary>
    public DateTimeOffset? LastSlot { get; private set; }

    /// <summary>What it failed with; null when it did not.</summary>
    public JobError? Failure { get; private set; }

    /// <summary>What it leaves in the log, and when.</summary>
    public List<(DateTimeOffset At, HistoryRun Run)> Log { get; } = [];

    /// <summary>What its executors told, and when.</summary>
    public List<(DateTimeOffset At, HistoryAttempt Attempt)> Attempts { get; } = [];

    /// <summary>The faults it met, and when.</summary>
    public List<(DateTimeOffset At, Fault Fault)> Met { get; } = [];

    /// <summary>A run for these slots, begun at a moment.</summary>
    public static SimulatedRun Of(SimulatedJob job, SimulatedWorld world, FaultTimes faults, Chance chance, DateTimeOffset start, Slots slots)
    {
        var run = new SimulatedRun(job, world, faults, chance) { End = start };
        foreach (var slot in slots)
        {
            if (!run.Does(slot))
            {
                break;
            }
        }

        return run;
    }

    private bool Does(DateTimeOffset slot)
    {
        var began = End;
        for (var number = 1; ; number++)
        {
            var (fault, resource) = Attempt(slot);
            if (fault is null)
            {
                if (number > 1)
                {
                    var used = Attempts[^1].Attempt;
                    Attempts.Add((End, used with { Number = number, Outcome = RetryOutcome.OkAfterRetry, ErrorType = null, ErrorValue = null, NextAt = null }));
                }

                LastSlot = job.Backfills ? slot : End;
                Log.Add((End, new HistoryRun((End - began).TotalSeconds, LastSlot, null, null)));
                return true;
            }

            Met.Add((End, fault));
            var executor = resource?.Executor ?? ExecutorKind.Plain;
            var lasts = executor == ExecutorKind.Infinite || (executor == ExecutorKind.Limited && number <= world.BackoffDelays.Count);
            if (!fault.Retryable || resource is null || !lasts)
            {
                return Fails(fault, began);
            }

            var delay = TimeSpan.FromSeconds(world.BackoffDelays[Math.Min(number, world.BackoffDelays.Count) - 1]);
            Attempts.Add((End, new HistoryAttempt(resource.Name, resource.Backend, executor, number, RetryOutcome.Fail, fault.ErrorType, fault.ErrorValue, End + delay)));
            End += delay;
            if (executor == ExecutorKind.Limited && number == world.BackoffDelays.Count)
            {
                // crontabber sleeps once more after the last attempt, and then gives up without another.
                Attempts.Add((End, new HistoryAttempt(resource.Name, resource.Backend, executor, number, RetryOutcome.GaveUp, fault.ErrorType, fault.ErrorValue, null)));
                return Fails(fault, began);
            }
        }
    }

    // One attempt of the whole function; a resource that goes away in its middle ends it there.
    private (Fault? Fault, SimulatedResource? Resource) Attempt(DateTimeOffset slot)
    {
        foreach (var name in job.Resources)
        {
            if (faults.Away(name, End) is { } away)
            {
                End += TimeSpan.FromSeconds(Math.Round(away.ErrorValue.Contains("timed out", StringComparison.Ordinal) ? 10 : chance.Between(0.05, 0.8), 3));
                return (away, Named(name));
            }
        }

        var (times, slow) = faults.Slowness(job.Name, End);
        var length = TimeSpan.FromSeconds(Math.Round(chance.Around(job.UsualSeconds, job.Spread) * times, 3));
        if (slow is not null && times > 2)
        {
            Met.Add((End, slow));
        }

        if (faults.Fails(job.Name, End, slot) is { } wrong)
        {
            End += length * 0.4;
            return (wrong, null);
        }

        var until = End + length;
        foreach (var name in job.Resources)
        {
            if (faults.GoesAway(name, End, until) is var (at, away))
            {
                End = at;
                return (away, Named(name));
            }
        }

        End = until;
        return (null, null);
    }

    private bool Fails(Fault fault, DateTimeOffset began)
    {
        Failure = new JobError(fault.ErrorType, fault.ErrorValue, "");
        Log.Add((End, new HistoryRun((End - began).TotalSeconds, null, fault.ErrorType, fault.ErrorValue)));
        return false;
    }

    private SimulatedResource Named(string resource) => world.Resources.First(known => known.Name == resource);
}
