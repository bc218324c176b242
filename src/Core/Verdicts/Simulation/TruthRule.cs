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

        var way = new InTheWay(world, record.Runs);
        foreach (var gap in world.Jobs.SelectMany(job => Late(world, job, good[job.Name])))
        {
            // Whose doing it was: who kept it for most of the time from when it was due until its deadline.
            var kept = drafts.Select(draft => (Draft: draft, Length: Kept(way, draft, gap, gap.Until < gap.Deadline ? gap.Until : gap.Deadline)))
                .Where(each => each.Length > (gap.Missed ? TimeSpan.Zero : (gap.Until - gap.Due) / 2)).ToArray();
            var doer = kept.OrderByDescending(each => each.Length).ThenBy(each => each.Draft.Begin).Select(each => each.Draft).FirstOrDefault();
            if (doer is not null)
            {
                doer.Gaps.Add(gap with { IsShared = drafts.Exists(other => other != doer && Kept(way, other, gap, gap.PageBy) > TimeSpan.Zero) });
            }
            else if (gap.Missed)
            {
                drafts.Add(new Draft(new Fault { Id = gap.Job, Kind = FaultKind.Failure, Target = gap.Job, At = gap.PageBy, Until = gap.Until }, gap.PageBy, gap.Until, [gap.Job], [gap.Job]) { Explained = false, Gaps = { gap } });
            }

            // And who kept it for so long that it would have been late without anything before.
            foreach (var draft in gap.Missed ? drafts.Where(draft => draft != doer && draft.Begin > gap.From && draft.Begin < gap.Until) : [])
            {
                if (Kept(way, draft, gap, gap.Until) > gap.Deadline - gap.From)
                {
                    var alone = draft.Begin + (gap.PageBy - gap.From);
                    draft.Gaps.Add(gap with { PageBy = alone > gap.PageBy ? alone : gap.PageBy, IsShared = true });
                }
            }
        }

        foreach (var draft in drafts)
        {
            draft.Ambiguous = drafts.Exists(other => other != draft && other.Begin < draft.Whole && draft.Begin < other.Whole && (other.Hit.Intersect(draft.Hit, StringComparer.Ordinal).Any() || other.Fault.Kind == FaultKind.Dead || draft.Fault.Kind == FaultKind.Dead));
        }

        return [.. drafts.OrderBy(draft => draft.Begin).Select(draft => draft.Made(record.Cleared, Seen(world, jobs, way, draft)))];
    }

    private static TimeSpan Kept(InTheWay way, Draft draft, Gap gap, DateTimeOffset until) => draft.Fault.Kind == FaultKind.Dead
        ? InTheWay.Overlap(draft.Begin, draft.Whole, gap.Due, until)
        : draft.Begin < until && draft.Whole > gap.Due && draft.Affected.Contains(gap.Job, StringComparer.Ordinal) ? way.Of(draft.Fault, draft.Below, gap.Job, gap.Due, until) : TimeSpan.Zero;

    // When two tries of it were over: before then there is little to see. Never later than a tick after the second should have begun.
    private static DateTimeOffset Seen(SimulatedWorld world, Dictionary<string, SimulatedJob> jobs, InTheWay way, Draft draft)
    {
        var length = draft.Hit.Select(job => jobs[job].LongRun).DefaultIfEmpty(world.Tick).Max();
        var least = draft.Begin + (2 * world.Tick) + length;
        var second = way.SecondFailure(draft.Fault);
        return second > least ? (second < least + world.Tick ? second.Value : least + world.Tick) : least;
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
                var due = Due(job, before);
                var pageBy = deadline - ResponseTime - job.LongRun - world.Tick;
                var seen = due + (2 * world.Tick);
                pageBy = pageBy > seen ? pageBy : seen;
                if (end > pageBy)
                {
                    yield return new Gap(job.Name, before, due, end, pageBy, deadline);
                }
            }

            last = start;
        }
    }

    // What ran over midnight is next due a day later than its interval says.
    private static DateTimeOffset Due(SimulatedJob job, DateTimeOffset good) =>
        job.Schedule.AtItsTime(good + job.Interval) is { Error: null, Value: var then } && then > good + job.Interval ? then : good + job.Interval;

    private sealed record Gap(string Job, DateTimeOffset From, DateTimeOffset Due, DateTimeOffset Until, DateTimeOffset PageBy, DateTimeOffset Deadline)
    {
        public bool Missed => Until > Deadline;

        /// <summary>Whether another incident was in its way as well, until the latest moment to call people or for longer.</summary>
        public bool IsShared { get; init; }
    }

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

        public Incident Made(HashSet<string> cleared, DateTimeOffset seen)
        {
            var missed = Gaps.Exists(gap => gap.Missed);
            var human = End(cleared) == FaultEnd.Human;

            // Of what passed by itself only a deadline that was missed had needed people; of what people ended each moment to call them that came before they did, unless it passed without them.
            var calls = Gaps.Where(gap => human ? gap.PageBy < fault.Until && (gap.Missed || gap.Until >= fault.Until) : gap.Missed).ToArray();

            // No page is late for what nobody could have saved who was called when it began: of that it is enough that they are called while they would be on their way. And where it was well before they had come, no call had helped.
            var needed = calls.Select(gap => (At: gap.PageBy < begin ? begin + ResponseTime : gap.PageBy, gap.IsShared)).Where(call => whole - begin >= ResponseTime && call.At < (human ? fault.Until : whole)).OrderBy(call => call.At).ToArray();
            return new Incident
            {
                Id = fault.Id,
                Kind = Explained ? fault.Kind.ToString().ToLowerInvariant() : "unexplained",
                Target = fault.Target,
                Begin = begin,
                Whole = whole,
                EndedBy = End(cleared),
                Missed = missed,
                PageBy = needed is [var first, ..] ? first.At : null,
                Seen = seen,
                BeyondHelp = calls.Length > 0 && needed.Length == 0,
                PassedTheGap = !missed && !human && Gaps.Count > 0,
                Hit = hit,
                Affected = affected,
                Ambiguous = Ambiguous || needed is [{ IsShared: true }, ..],
            };
        }
    }
}
