namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>What really was the matter, from what only the simulation knows: which runs met which fault, and which data was older than promised.</summary>
internal static class TruthRule
{
    private static readonly TimeSpan LeastTolerance = TimeSpan.FromHours(1);
    private static readonly TimeSpan ResponseTime = TimeSpan.FromMinutes(30);

    /// <summary>The incidents in the order in which they began.</summary>
    public static IReadOnlyList<Incident> For(SimulatedWorld world, IReadOnlyList<Fault> script, SimulatedScheduler.Records record)
    {
        var jobs = world.Jobs.ToDictionary(job => job.Name, StringComparer.Ordinal);
        var good = record.Succeeded.OrderBy(run => run.End).ToLookup(run => run.Job, run => (run.Start, run.End), StringComparer.Ordinal);
        var met = record.Met.ToLookup(met => met.Fault.Id, StringComparer.Ordinal);
        var noTicks = record.NoTicks.ToLookup(tick => tick.Fault.Id, tick => tick.At, StringComparer.Ordinal);
        var places = world.Order.Names.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.Ordinal);
        List<Draft> drafts = [];
        foreach (var fault in script)
        {
            if (fault.Kind == FaultKind.Dead)
            {
                if (noTicks[fault.Id].Any())
                {
                    var back = fault.Until + world.Tick;
                    drafts.Add(new Draft(fault, noTicks[fault.Id].Min(), back < world.End ? back : world.End, [], [.. jobs.Keys]));
                }

                continue;
            }

            if (!met[fault.Id].Any())
            {
                continue;
            }

            string[] hit = [.. met[fault.Id].Select(each => each.Job).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            var whole = hit.Max(job => WellAgain(good[job], met[fault.Id].Where(each => each.Job == job).Max(each => each.At), world.End));
            drafts.Add(new Draft(fault, met[fault.Id].Min(each => each.At), whole, hit, Affected(world, jobs, places, fault, hit)) { Below = Descendants(world, jobs, hit) });
        }

        var late = world.Jobs.SelectMany(job => Late(world, job, good[job.Name])).ToList();
        foreach (var gap in late)
        {
            // Whose doing it was: what had begun at the latest moment to call people before what came later, what was still on then before what was over, what hit the job itself before what hit a parent, and of
            // those the first. What was merely in its way is to blame only for what it really made late.
            var doer = drafts.Where(draft => draft.Begin < gap.Until && draft.Whole > gap.From && (draft.Below.Contains(gap.Job) || (gap.Missed && draft.Affected.Contains(gap.Job, StringComparer.Ordinal))))
                .OrderByDescending(draft => draft.Begin <= gap.PageBy).ThenByDescending(draft => draft.Whole >= gap.PageBy).ThenByDescending(draft => draft.Hit.Contains(gap.Job, StringComparer.Ordinal)).ThenByDescending(draft => draft.Below.Contains(gap.Job)).ThenBy(draft => draft.Begin).FirstOrDefault();
            if (doer is not null)
            {
                doer.Gaps.Add(gap);
            }
            else if (gap.Missed)
            {
                drafts.Add(new Draft(new Fault { Id = gap.Job, Kind = FaultKind.Failure, Target = gap.Job, At = gap.PageBy, Until = gap.Until }, gap.PageBy, gap.Until, [gap.Job], [gap.Job]) { Explained = false, Gaps = { gap } });
            }
        }

        foreach (var draft in drafts)
        {
            draft.Ambiguous = drafts.Exists(other => other != draft && other.Begin < draft.Whole && draft.Begin < other.Whole && (other.Hit.Intersect(draft.Hit, StringComparer.Ordinal).Any() || other.Fault.Kind == FaultKind.Dead || draft.Fault.Kind == FaultKind.Dead));
        }

        return [.. drafts.OrderBy(draft => draft.Begin).Select(draft => draft.Made(record.Cleared))];
    }

    private static HashSet<string> Descendants(SimulatedWorld world, Dictionary<string, SimulatedJob> jobs, string[] hit)
    {
        var below = hit.ToHashSet(StringComparer.Ordinal);
        below.UnionWith(world.Order.Names.Where(name => jobs[name].DependsOn.Any(below.Contains) && below.Add(name)).ToArray());
        return below;
    }

    // What depends on it waits for it; and a run that lasts, or a lock, ends ticks before they come to what is after it.
    private static string[] Affected(SimulatedWorld world, Dictionary<string, SimulatedJob> jobs, Dictionary<string, int> places, Fault fault, string[] hit)
    {
        var holds = fault.Kind is FaultKind.Killed or FaultKind.Slow or FaultKind.Outage or FaultKind.Flapping;
        var first = holds ? hit.Min(job => places[job]) : int.MaxValue;
        var affected = hit.ToHashSet(StringComparer.Ordinal);
        foreach (var name in world.Order.Names)
        {
            if (places[name] > first || jobs[name].DependsOn.Any(affected.Contains))
            {
                affected.Add(name);
            }
        }

        return [.. affected.Order(StringComparer.Ordinal)];
    }

    private static DateTimeOffset WellAgain(IEnumerable<(DateTimeOffset Start, DateTimeOffset End)> good, DateTimeOffset lastHarm, DateTimeOffset end) =>
        good.Where(run => run.End > lastHarm).Select(run => (DateTimeOffset?)run.End).FirstOrDefault() ?? end;

    private static IEnumerable<Gap> Late(SimulatedWorld world, SimulatedJob job, IEnumerable<(DateTimeOffset Start, DateTimeOffset End)> good)
    {
        var twice = 2 * (job.Interval + job.LongRun);
        var tolerance = twice < LeastTolerance ? LeastTolerance : twice;
        DateTimeOffset? last = null;
        foreach (var (start, end) in good.Append((world.End, world.End)))
        {
            if (last is { } before)
            {
                var deadline = before + tolerance;
                var pageBy = deadline - ResponseTime - job.LongRun - world.Tick;
                var seen = before + job.Interval + (2 * world.Tick);
                pageBy = pageBy > seen ? pageBy : seen;
                if (end > pageBy)
                {
                    yield return new Gap(job.Name, before, end, pageBy, end > deadline);
                }
            }

            last = start;
        }
    }

    private sealed record Gap(string Job, DateTimeOffset From, DateTimeOffset Until, DateTimeOffset PageBy, bool Missed);

    private sealed class Draft(Fault fault, DateTimeOffset begin, DateTimeOffset whole, string[] hit, string[] affected)
    {
        public Fault Fault => fault;

        public DateTimeOffset Begin => begin;

        public DateTimeOffset Whole => whole;

        public string[] Hit => hit;

        public string[] Affected => affected;

        /// <summary>What depends on those that it hit.</summary>
        public HashSet<string> Below { get; init; } = [];

        public bool Explained { get; init; } = true;

        public bool Ambiguous { get; set; }

        public List<Gap> Gaps { get; } = [];

        // A lock that the scheduler itself took over before people came was not ended by them.
        private FaultEnd End(HashSet<string> cleared) => fault.Kind == FaultKind.Killed && !cleared.Contains(fault.Id) ? FaultEnd.Itself : fault.EndedBy;

        public Incident Made(HashSet<string> cleared)
        {
            var missed = Gaps.Exists(gap => gap.Missed);
            var human = End(cleared) == FaultEnd.Human;

            // Of what passed by itself only a deadline that was missed had needed people; of what people ended each moment to call them that came before.
            var needed = Gaps.Where(gap => gap.Missed || human).Select(gap => (DateTimeOffset?)gap.PageBy).Min();
            return new Incident
            {
                Id = fault.Id,
                Kind = Explained ? fault.Kind.ToString().ToLowerInvariant() : "unexplained",
                Target = fault.Target,
                Begin = begin,
                Whole = whole,
                EndedBy = End(cleared),
                Missed = missed,
                PageBy = needed,
                PassedTheGap = !missed && !human && Gaps.Count > 0,
                Hit = hit,
                Affected = affected,
                Ambiguous = Ambiguous,
            };
        }
    }
}
