using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>
/// crontabber under a simulated clock: each tick is a process of its own that walks the run order and asks the very rules the runner asks (<see cref="DueRule"/>, <see cref="ParentRule"/>,
/// <see cref="LockRule"/>, <see cref="RunTimesRule"/>, <see cref="NextRunRule"/>) over rows in memory. Several may be under way at once, as cron begins them.
/// </summary>
public sealed class SimulatedScheduler
{
    private static readonly SchedulerSettings Settings = SchedulerSettings.Crontabber;

    private readonly SimulatedWorld world;
    private readonly FaultTimes faults;
    private readonly Dictionary<string, SimulatedJob> jobs;
    private readonly Dictionary<string, Chance> chances;
    private readonly IReadOnlyList<string> order;
    private readonly Dictionary<string, Job> rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Fault Fault, DateTimeOffset Locked)> left = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<Fault>> kills;
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Number)> coming = new();
    private readonly List<(HistoryLine Line, long Number)> lines = [];
    private readonly Chance cron;
    private long number;
    private int ticks;

    private SimulatedScheduler(SimulatedWorld world, IReadOnlyList<Fault> script)
    {
        this.world = world;
        faults = new FaultTimes(world, script);
        jobs = world.Jobs.ToDictionary(job => job.Name, StringComparer.Ordinal);
        order = world.Order is { Error: null, Names: var names } ? names : throw new InvalidDataException($"The world has no run order: {world.Order.Error}.");
        var chance = new Chance((ulong)world.Seed);
        chances = world.Jobs.ToDictionary(job => job.Name, job => chance.For("runs of " + job.Name), StringComparer.Ordinal);
        cron = chance.For("cron");
        kills = world.Jobs.ToDictionary(job => job.Name, job => new Queue<Fault>(faults.Kills(job.Name).OrderBy(fault => fault.At)), StringComparer.Ordinal);
        foreach (var fault in script.Where(fault => fault is { Kind: FaultKind.Killed, EndedBy: FaultEnd.Human } && fault.Until < world.End))
        {
            At(fault.Until, () => ClearLock(fault));
        }

        foreach (var fault in script.Where(fault => fault is { Kind: not FaultKind.Killed, EndedBy: FaultEnd.Human } && fault.Until < world.End))
        {
            lines.Add((new HistoryLine { At = fault.Until, Kind = HistoryKind.Human, Job = jobs.ContainsKey(fault.Target) ? fault.Target : null, Act = Deed(fault) }, number++));
        }

        At(world.Start, () => Cron(world.Start));
    }

    /// <summary>What came to pass: everything that could be known, in the order of time, and what really was the matter.</summary>
    public static (IReadOnlyList<HistoryLine> History, IReadOnlyList<Incident> Truth) Run(SimulatedWorld world, IReadOnlyList<Fault> script)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(script);
        var scheduler = new SimulatedScheduler(world, script);
        while (scheduler.coming.TryDequeue(out var happens, out var when) && when.At < world.End)
        {
            happens();
        }

        HistoryLine[] history = [.. scheduler.lines.Where(line => line.Line.At < world.End).OrderBy(line => line.Line.At).ThenBy(line => line.Number).Select(line => line.Line)];
        return (history, TruthRule.For(world, script, scheduler.Record));
    }

    /// <summary>What the truth is made of.</summary>
    internal Records Record { get; } = new();

    private void Cron(DateTimeOffset rings)
    {
        At(rings + world.Tick, () => Cron(rings + world.Tick));
        if (faults.NoTick(rings) is { } dead)
        {
            Record.NoTicks.Add((rings, dead));
            return;
        }

        var began = rings + TimeSpan.FromMilliseconds(Math.Round(cron.Between(150, 2500)));
        At(began, () => Walk(new HistoryTick(++ticks, began, null), 0, began, isBegin: true));
    }

    // Goes on until a run takes time, or the tick ends.
    private void Walk(HistoryTick tick, int place, DateTimeOffset now, bool isBegin)
    {
        if (isBegin)
        {
            Tell(now, new HistoryLine { At = now, Kind = HistoryKind.Tick, Tick = tick });
        }

        for (; place < order.Count; place++)
        {
            var job = jobs[order[place]];
            var row = rows.GetValueOrDefault(job.Name);
            if (DueRule.Ask(job.Schedule, row, now) is not { Error: null, Value.IsDue: true })
            {
                continue;
            }

            var parents = ParentRule.Ask(job.DependsOn, name => rows.GetValueOrDefault(name), now);
            if (parents.Error is not null)
            {
                Ended(tick, now, 1);
                return;
            }

            if (parents.Value is not null)
            {
                continue;
            }

            if (LockRule.Ask(row?.Ongoing, Settings, now).Outcome == LockOutcome.Refused)
            {
                Ended(tick, now, 3);
                return;
            }

            Begin(tick, place, job, row, now);
            return;
        }

        Ended(tick, now, 0);
    }

    private void Begin(HistoryTick tick, int place, SimulatedJob job, Job? row, DateTimeOffset now)
    {
        Released(job.Name, now);

        // The lock is taken a moment after the tick looked at the clock, as in crontabber.
        var locked = now.AddMilliseconds(1);
        Write(locked, (row ?? new Job { Name = job.Name, DependsOn = job.DependsOn }) with { Ongoing = locked });
        var run = SimulatedRun.Of(job, world, faults, chances[job.Name], now, RunTimesRule.For(job.Schedule, row, now).Slots);
        if (kills[job.Name].TryPeek(out var kill) && kill.At <= now)
        {
            kills[job.Name].Dequeue();
            var killed = now + ((run.End - now) * 0.5);
            left[job.Name] = (kill, locked);
            Record.Met.Add((killed, job.Name, kill));
            Leave(run, job, killed);
            held[job.Name] = Record.Runs.Count;
            Record.Runs.Add(new RecordedRun(job.Name, now, world.End, Failed: false, [kill, .. run.Met.Where(met => met.At <= killed).Select(met => met.Fault).Distinct()]));
            return;
        }

        Leave(run, job, run.End);
        Record.Runs.Add(new RecordedRun(job.Name, now, run.End, run.Failure is not null, [.. run.Met.Select(met => met.Fault).Distinct()]));
        At(run.End, () =>
        {
            var ended = NextRunRule.After(rows[job.Name], job.Name, job.DependsOn, job.Schedule, Settings, new EndedRun(now, run.LastSlot, run.Failure));
            var last = run.Log.Count > 0 ? run.Log[^1].Run : null;
            left.Remove(job.Name);
            Write(run.End, ended.Value, last);
            Walk(tick, place + 1, run.End, isBegin: false);
        });
    }

    // What a run tells while it goes on; the last row of the log comes with the row of the job.
    private void Leave(SimulatedRun run, SimulatedJob job, DateTimeOffset until)
    {
        foreach (var (at, attempt) in run.Attempts.Where(told => told.At <= until))
        {
            Tell(at, new HistoryLine { At = at, Kind = HistoryKind.Retry, Job = job.Name, Attempt = attempt });
        }

        var whole = until == run.End;
        foreach (var (at, each) in run.Log.Take(run.Log.Count - (whole ? 1 : 0)).Where(done => done.At <= until))
        {
            Tell(at, new HistoryLine { At = at, Kind = HistoryKind.Run, Job = job.Name, Log = each });
        }

        Record.Met.AddRange(run.Met.Where(met => met.At <= until).Select(met => (met.At, job.Name, met.Fault)));
        Record.Succeeded.AddRange(run.Log.Where(done => done.At <= until && done.Run.Success is not null).Select(done => (job.Name, done.At - TimeSpan.FromSeconds(done.Run.Seconds), done.At)));
    }

    private void ClearLock(Fault fault)
    {
        if (left.TryGetValue(fault.Target, out var held) && held.Fault.Id == fault.Id && rows[fault.Target] is { Ongoing: { } locked } row && locked == held.Locked)
        {
            left.Remove(fault.Target);
            Released(fault.Target, fault.Until);
            Record.Cleared.Add(fault.Id);

            // crontabber never starts a job again that has neither a lock nor a next run.
            Write(fault.Until, row with { Ongoing = null, NextRun = row.NextRun ?? fault.Until.AddMinutes(-1) });
            Tell(fault.Until, new HistoryLine { At = fault.Until, Kind = HistoryKind.Human, Job = fault.Target, Act = "cleared the lock" });
        }
    }

    // A lock that was left behind is in the way until it is cleared or taken over.
    private void Released(string job, DateTimeOffset at)
    {
        if (held.Remove(job, out var place))
        {
            Record.Runs[place] = Record.Runs[place] with { End = at };
        }
    }

    private void Write(DateTimeOffset at, Job row, HistoryRun? log = null)
    {
        rows[row.Name] = row;
        Tell(at, new HistoryLine { At = at, Kind = HistoryKind.Row, Job = row.Name, State = HistoryRow.Of(row), Log = log });
    }

    private void Ended(HistoryTick tick, DateTimeOffset at, int code) => Tell(at, new HistoryLine { At = at, Kind = HistoryKind.Tick, Tick = tick with { Code = code } });

    private void Tell(DateTimeOffset at, HistoryLine line) => lines.Add((line with { At = at }, number++));

    private void At(DateTimeOffset moment, Action happens) => coming.Enqueue(happens, (moment, number++));

    private static string Deed(Fault fault) => fault.Kind switch
    {
        FaultKind.Dead => "started the scheduler again",
        FaultKind.Poison => "put the slot's data right",
        FaultKind.Slow => "deployed what made it fast again",
        FaultKind.Outage or FaultKind.Flapping => $"put {fault.Target} right",
        _ => "deployed a remedy",
    };

    /// <summary>From the beginning of a run until its lock was given back, with the faults it met.</summary>
    internal sealed record RecordedRun(string Job, DateTimeOffset Start, DateTimeOffset End, bool Failed, IReadOnlyList<Fault> Faults);

    /// <summary>What only the simulation knows.</summary>
    internal sealed class Records
    {
        public List<(DateTimeOffset At, string Job, Fault Fault)> Met { get; } = [];

        public List<(string Job, DateTimeOffset Start, DateTimeOffset End)> Succeeded { get; } = [];

        public List<RecordedRun> Runs { get; } = [];

        public List<(DateTimeOffset At, Fault Fault)> NoTicks { get; } = [];

        public HashSet<string> Cleared { get; } = new(StringComparer.Ordinal);
    }
}
