using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Dependencies;

/// <summary>
/// What a tick that began now would do with each job, and why: walks the run order as the scheduler itself does, asking its own rules in its own order
/// (is it time, do the parents let it, does the lock). A job that the tick starts is taken to succeed, for a parent that does lets its child run in the
/// very same tick; whoever depends on that says so. Behind the place where the tick ends the walk goes on, so that it also tells what would be in the
/// way next.
/// </summary>
public static class TickRule
{
    /// <summary>The next tick after <paramref name="before"/>; what did not change is the same object.</summary>
    /// <param name="before">The last answer.</param>
    /// <param name="book">What is configured; its settings hold even when nothing is.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="runs">How long runs last, which tells a running job from a stuck lock.</param>
    /// <param name="now">The database's clock.</param>
    /// <param name="runner">Who makes the ticks; crontabber when nobody says.</param>
    public static TickSnapshot Next(TickSnapshot before, ScheduleBook book, JobsSnapshot rows, RunsSnapshot runs, DateTimeOffset now, TickRunner? runner = null)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(book);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(runs);
        var plan = TickPlan.Of(before.Plan, book, rows);
        using var walk = new TickWalk(plan, book, rows, runs, now, runner ?? TickRunner.Crontabber, before);
        walk.Go();

        var samePlan = ReferenceEquals(plan, before.Plan);
        JobTick[]? jobs = samePlan && before.Jobs.Count == walk.Count ? null : new JobTick[walk.Count];
        for (var place = 0; place < walk.Count; place++)
        {
            if (walk.IsKept(place))
            {
                if (jobs is not null)
                {
                    jobs[place] = before.Jobs[place];
                }

                continue;
            }

            var name = walk.Name(place);
            var old = samePlan ? before.Jobs[place] : before.Find(name);
            if (old is not null && old.FactsInPlace == walk.Facts(place) && SameAfter(old.After, walk, place))
            {
                if (jobs is not null)
                {
                    jobs[place] = old;
                }

                continue;
            }

            jobs ??= [.. before.Jobs];
            jobs[place] = Written(name, walk, place);
        }

        if (jobs is null && ReferenceEquals(before.Rows, rows) && before.AsOf is not null && before.Runner == walk.Runner)
        {
            // Only the clock went on, and it changed nothing.
            return before.Until == walk.Until ? before : before with { Until = walk.Until, At = now, Book = book, Runs = runs };
        }

        return new TickSnapshot
        {
            Source = rows.Source,
            Jobs = jobs ?? before.Jobs,
            Order = plan.Order,
            Nodes = plan.Nodes,
            Graph = plan.Graph,
            IsConfigured = book.IsConfigured,
            Ends = before.Ends.SequenceEqual(walk.Ends) ? before.Ends : walk.Ends,
            Missing = plan.Missing,
            Runner = walk.Runner,
            AsOf = rows.AsOf,
            Rows = rows,
            Until = walk.Until,
            Plan = plan,
            Book = book,
            Runs = runs,
            At = now,
        };
    }

    private static bool SameAfter(IReadOnlyList<string> before, TickWalk walk, int place) =>
        walk.Facts(place).AfterToo == 0 || before.SequenceEqual(walk.After(place));

    private static JobTick Written(string name, TickWalk walk, int place)
    {
        ref readonly var facts = ref walk.Facts(place);
        var after = walk.After(place);
        return new JobTick(name, facts.Outcome, TickWords.Of(facts, after, walk.Flavour, walk.NoTick))
        {
            Place = facts.Place,
            IsDue = facts.IsDue,
            Parent = facts.ParentName is { } parent ? new UnmetParent(parent, facts.ParentTest) : null,
            StarvedBy = facts.StarvedBy,
            Root = facts.Root,
            ParentRoot = facts.ParentRoot,
            Otherwise = facts.Otherwise,
            After = after,
            LockTakenOverFrom = facts.LockTakenOverFrom,
            ByOwnRunner = facts.Own,
            Holder = facts.Holder,
            HeldBy = facts.HeldBy,
            IsRunnerPresent = facts.OwnPresent,
            Facts = facts,
        };
    }
}
