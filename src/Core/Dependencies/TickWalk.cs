using System.Buffers;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Dependencies;

/// <summary>One walk of a tick through the jobs: see <see cref="TickRule"/>.</summary>
/// <remarks>Of a thousand jobs the facts are a large object, and large objects made with each change are what makes a server pause: they are borrowed and given back.</remarks>
internal sealed class TickWalk : IDisposable
{
    /// <summary>The row of a job that has just succeeded, as far as its children look at it.</summary>
    private static readonly Job Succeeded = new() { Name = "", NextRun = DateTimeOffset.MaxValue };

    private readonly TickPlan plan;
    private readonly ScheduleBook book;
    private readonly RunsSnapshot runs;
    private readonly DateTimeOffset now;
    private readonly bool own;
    private readonly Schedule fallback;
    private readonly Job?[] rowAt;
    private readonly Func<string, Job?> rowOf;
    private readonly List<string> ends = [];
    private readonly TickFacts[] asked;
    private readonly TickMemory memory;
    private string? behind;
    private TickFacts end;

    public TickWalk(TickPlan plan, ScheduleBook book, JobsSnapshot rows, RunsSnapshot runs, DateTimeOffset now, TickRunner runner, TickSnapshot before)
    {
        (this.plan, this.book, this.runs, this.now, Runner) = (plan, book, runs, now, runner);
        own = runner.IsOwn && book.Flavour == Flavour.Crontabber;
        fallback = new Schedule("1d", null, Backfills: false, book.Flavour);
        Count = plan.Places.Count;
        asked = ArrayPool<TickFacts>.Shared.Rent(Count);
        rowAt = new Job?[Count];
        for (var i = 0; i < rows.Jobs.Count; i++)
        {
            rowAt[plan.RowPlaces[i]] = rows.Jobs[i];
        }

        memory = TickMemory.Of(before, plan, book, rows, runs, Runner, now);
        Until = memory.Until;
        rowOf = RowAsTheTickFindsIt;
    }

    /// <summary>How many jobs there are.</summary>
    public int Count { get; }

    /// <summary>Where the tick ends, one after the other.</summary>
    public IReadOnlyList<string> Ends => ends;

    /// <summary>From when on the answer may be another without a change of row or configuration.</summary>
    public DateTimeOffset Until { get; private set; }

    /// <summary>Who makes the ticks.</summary>
    public TickRunner Runner { get; }

    /// <summary>Whose rules hold.</summary>
    public Flavour Flavour => book.Flavour;

    /// <summary>The order, when it is such that no tick does anything.</summary>
    public RunOrder? NoTick => plan.Order.Error is null ? null : plan.Order;

    /// <summary>What was found at a place.</summary>
    public ref readonly TickFacts Facts(int place) => ref memory.IsKept(place) ? ref memory.Of(place) : ref asked[place];

    public string Name(int place) => place < plan.Ordered.Count ? plan.Ordered[place].Name : plan.Rest[place - plan.Ordered.Count];

    /// <summary>The direct parents that the same tick starts before this job.</summary>
    public IReadOnlyList<string> After(int place)
    {
        ref readonly var facts = ref Facts(place);
        return facts.After is null ? []
            : facts.AfterToo == 0 ? [facts.After]
            : [.. plan.Ordered[place].DependsOn.Where(RunsBefore).Distinct(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nearly all of it was never written.
        for (var place = 0; place < Count; place++)
        {
            if (!memory.IsKept(place))
            {
                asked[place] = default;
            }
        }

        ArrayPool<TickFacts>.Shared.Return(asked);
    }

    /// <summary>Whether what is found at a place is what was found there before: it was not asked for again.</summary>
    public bool IsKept(int place) => memory.IsKept(place);

    public void Go()
    {
        for (var place = 0; place < plan.Ordered.Count; place++)
        {
            if (!memory.Keeps(place))
            {
                asked[place] = Reached(place, plan.Ordered[place]);
                memory.Found(place, asked[place]);
            }
        }

        for (var place = plan.Ordered.Count; place < Count; place++)
        {
            asked[place] = NeverReached(place);
        }
    }

    private TickFacts Reached(int place, JobNode job)
    {
        var row = rowAt[place];
        var held = row?.Ongoing is { } ongoing && own ? Runner.Of(job.Name, ongoing) : null;
        var facts = new TickFacts
        {
            Place = place, Locked = row?.Ongoing, Own = own, OwnPresent = own && Runner.IsPresent, Holder = held?.Holder ?? LockHolder.Unknown, HeldBy = held?.Who,
        };
        var running = IsRunning(row);
        if (row is { NextRun: null } && row.Unreadable.ContainsKey("next_run"))
        {
            // What nobody here can read, the scheduler may well read.
            return facts with { Outcome = running ? TickOutcome.Running : TickOutcome.NotDue, Otherwise = TickOutcome.NotDue };
        }

        var due = DueRule.Ask(plan.Definitions.GetValueOrDefault(job.Name)?.Schedule ?? fallback, row, now);
        if (due.Error is { } unusable)
        {
            facts = facts with { IsDue = true, Otherwise = TickOutcome.Dies, Root = job.Name, Error = unusable.ToString() };
            return own ? Held(facts) : Ended(facts, job.Name);
        }

        facts = facts with { Due = due.Value, IsDue = due.Value.IsDue };
        if (!facts.IsDue)
        {
            ComesLater(job.Name, row, due.Value);
            var idle = due.Value.Reason == DueReason.NeverAgain ? TickOutcome.Never : TickOutcome.NotDue;
            return facts with { Outcome = running ? TickOutcome.Running : idle, Otherwise = idle };
        }

        facts = Asked(facts, job, row, running);
        return facts.Otherwise switch
        {
            TickOutcome.Running => Passed(facts, job.Name),
            TickOutcome.Blocked when running => Passed(facts, job.Name),
            TickOutcome.Locked when Flavour == Flavour.Crontabber && !own => Ended(facts, job.Name),
            TickOutcome.Dies when !own => Ended(facts, job.Name),
            TickOutcome.Runs => Held(behind is null ? facts : facts with { Otherwise = TickOutcome.Queued, Behind = behind }),
            _ => Held(facts),
        };
    }

    /// <summary>The scheduler's own questions to a job whose time has come: the parents first, then the lock.</summary>
    private TickFacts Asked(TickFacts facts, JobNode job, Job? row, bool running)
    {
        if (Flavour == Flavour.Crontabber)
        {
            var parents = ParentRule.Ask(job.DependsOn, rowOf, now);
            facts = Awaiting(facts, job.DependsOn);
            if (parents.Error is { } death)
            {
                var dead = job.DependsOn.First(name => rowOf(name) is { LastError: null, NextRun: null });
                return InTheWay(facts, job.Name, dead, ParentTest.HasNotRecentlyRun) with
                {
                    Otherwise = own ? TickOutcome.Blocked : TickOutcome.Dies, Error = own ? null : death.ToString(), ParentUnended = own, After = own ? null : facts.After, AfterToo = own ? 0 : facts.AfterToo,
                };
            }

            if (parents.Value is { } unmet)
            {
                return InTheWay(facts, job.Name, unmet.Parent, unmet.Test) with { Otherwise = TickOutcome.Blocked, After = null, AfterToo = 0 };
            }

            facts = Retried(facts, job.Name, job.DependsOn);
        }

        if (own)
        {
            return Owned(facts, job.Name, row?.Ongoing, running);
        }

        if (LockRule.Ask(row?.Ongoing, book.Settings, now).Outcome != LockOutcome.Refused)
        {
            return facts with { Otherwise = TickOutcome.Runs };
        }

        return running ? facts with { Otherwise = TickOutcome.Running } : facts with { Otherwise = TickOutcome.Locked, Root = job.Name, LockTakenOverFrom = LockRule.TakenOverFrom(row!.Ongoing!.Value, book.Settings, now) };
    }

    /// <summary>What this program's runner does with a lock: see OwnerRule, which decides it.</summary>
    private TickFacts Owned(TickFacts facts, string name, DateTimeOffset? ongoing, bool running) => ongoing is not { } locked || facts.Holder == LockHolder.Gone || OwnTakesFrom(facts, locked) <= now
        ? facts with { Otherwise = TickOutcome.Runs }
        : running ? facts with { Otherwise = TickOutcome.Running }
        : facts with { Otherwise = TickOutcome.Locked, Root = name, LockTakenOverFrom = OwnTakesFrom(facts, locked) };

    // A lock nobody is known to own grows old, and goes on doing so after a day.
    private DateTimeOffset OwnTakesFrom(in TickFacts facts, DateTimeOffset locked) => facts.Holder == LockHolder.Unknown ? locked + book.Settings.MaxOngoing : DateTimeOffset.MaxValue;

    /// <summary>A job that is running: a further tick ends here, the one under way goes on behind.</summary>
    private TickFacts Passed(TickFacts facts, string name)
    {
        if (Flavour == Flavour.Crontabber && facts.Otherwise == TickOutcome.Running)
        {
            behind = name;
        }

        return facts with { Outcome = TickOutcome.Running, Otherwise = TickOutcome.Running, ParentName = null, ParentRoot = null, Root = null, RootTriedAt = null };
    }

    private TickFacts Ended(TickFacts facts, string name)
    {
        var reached = Held(facts);
        ends.Add(name);
        if (ends.Count == 1)
        {
            end = reached;
        }

        return reached;
    }

    // Behind the place where the tick ends nothing is done, whatever it would be.
    private TickFacts Held(TickFacts facts) => ends.Count == 0
        ? facts with { Outcome = facts.Otherwise, Locked = facts.Otherwise is TickOutcome.Locked or TickOutcome.Runs ? facts.Locked : null }
        : facts with
        {
            Outcome = TickOutcome.Starved,
            StarvedBy = ends[0],
            StarvedByDeath = end.Outcome == TickOutcome.Dies,
            Root = end.Root,
            Locked = end.Outcome == TickOutcome.Locked ? end.Locked : null,
            LockTakenOverFrom = end.LockTakenOverFrom,
        };

    private TickFacts NeverReached(int place)
    {
        var (name, row) = (Name(place), rowAt[place]);
        var facts = new TickFacts { Locked = row?.Ongoing };
        if (book.IsConfigured && !plan.Definitions.ContainsKey(name))
        {
            _ = IsRunning(row);
            return facts with { Outcome = TickOutcome.Ghost, Otherwise = TickOutcome.Ghost };
        }

        var due = DueRule.Ask(plan.Definitions.GetValueOrDefault(name)?.Schedule ?? fallback, row, now);
        if (due.Error is null && !due.Value.IsDue)
        {
            ComesLater(name, row, due.Value);
        }

        return facts with
        {
            Outcome = IsRunning(row) ? TickOutcome.Running : TickOutcome.NoTick,
            Otherwise = TickOutcome.NoTick,
            IsDue = due.Error is not null || due.Value.IsDue,
            Root = plan.Order.Cycle?.Names[0],
        };
    }

    // Which of the parents run before it in the same tick, or run now.
    private TickFacts Awaiting(TickFacts facts, IReadOnlyList<string> parents)
    {
        string? first = null;
        var more = 0;
        for (var i = 0; i < parents.Count; i++)
        {
            if (RunsBefore(parents[i]))
            {
                more += first is null || first == parents[i] ? 0 : 1;
                first ??= parents[i];
            }
        }

        return facts with { After = first, AfterToo = more };
    }

    // A parent that failed and is tried again before: until it succeeds it is in the way.
    private TickFacts Retried(TickFacts facts, string job, IReadOnlyList<string> parents)
    {
        for (var i = 0; i < parents.Count && facts.After is not null; i++)
        {
            if (RunsBefore(parents[i]) && rowAt[plan.Places[parents[i]]] is { LastError: not null })
            {
                return InTheWay(facts, job, parents[i], ParentTest.Errored);
            }
        }

        return facts;
    }

    private TickFacts InTheWay(TickFacts facts, string job, string parent, ParentTest test)
    {
        if (!plan.Places.TryGetValue(parent, out var place))
        {
            return facts with { ParentName = parent, ParentTest = test, ParentKind = book.IsConfigured ? ParentKind.Missing : ParentKind.Unknown, ParentRoot = parent, Root = parent };
        }

        ref readonly var itself = ref Facts(place);
        var kind = parent == job ? ParentKind.Itself : itself.Outcome == TickOutcome.Ghost || place >= plan.Ordered.Count ? ParentKind.Ghost : ParentKind.Job;
        var root = kind == ParentKind.Job ? itself.ParentRoot ?? parent : parent;
        return facts with
        {
            ParentName = parent,
            ParentTest = test,
            ParentKind = kind,
            ParentRoot = root,
            Root = root,
            RootTriedAt = kind != ParentKind.Job ? null
                : root != parent ? itself.RootTriedAt
                : itself.Outcome is TickOutcome.NotDue ? rowAt[place]?.NextRun : null,
        };
    }

    private bool RunsBefore(string parent)
    {
        if (!plan.Places.TryGetValue(parent, out var place))
        {
            return false;
        }

        ref readonly var found = ref Facts(place);
        return found.IsDue && (found.Otherwise is TickOutcome.Runs or TickOutcome.Queued or TickOutcome.Running || (found.Otherwise is TickOutcome.Locked && !own));
    }

    private Job? RowAsTheTickFindsIt(string name)
    {
        if (!plan.Places.TryGetValue(name, out var place))
        {
            return null;
        }

        var row = rowAt[place];
        if (row is { NextRun: null, LastError: null } && row.Unreadable.ContainsKey("next_run"))
        {
            return Succeeded;
        }

        return !RunsBefore(name) ? row
            : plan.Definitions.GetValueOrDefault(name)?.Schedule is { HasTime: true } schedule && NextRunRule.AfterSuccess(schedule, now) is { Error: null } next && next.Value < now
                ? Succeeded with { NextRun = next.Value }
                : Succeeded;
    }

    private bool IsRunning(Job? row)
    {
        if (row?.Ongoing is not { } locked)
        {
            return false;
        }

        if (own && Runner.Of(row.Name, locked) is { } held)
        {
            return held.Holder == LockHolder.Alive;
        }

        // The three moments at which the clock alone changes what a lock means: called stuck, taken over, young again after whole days.
        var stuck = StuckLockRule.From(locked, runs.Of(row.Name));
        ChangesAt(stuck);
        if (own)
        {
            ChangesAt((locked + book.Settings.MaxOngoing).AddTicks(-1));
        }
        else if (LockRule.TakenOverFrom(locked, book.Settings, now) is { } taken)
        {
            ChangesAt(taken > now ? taken.AddTicks(-1) : locked.AddDays(Math.Floor((now - locked) / TimeSpan.FromDays(1)) + 1).AddTicks(-1));
        }

        return now <= stuck;
    }

    private void ComesLater(string name, Job? row, DueAnswer due)
    {
        if (row?.NextRun is { } next)
        {
            ChangesAt(next);
        }
        else if (due.Reason == DueReason.FirstTimeIsToCome && plan.Definitions[name].Schedule!.AtItsTime(now) is { Error: null } first)
        {
            ChangesAt(first.Value.AddTicks(-1));
        }
    }

    private void ChangesAt(DateTimeOffset moment)
    {
        if (moment >= now && moment < Until)
        {
            Until = moment;
        }
    }
}
