using Dashboard.Core.Verdicts.Simulation;

namespace Dashboard.Core.Verdicts.Replay;

/// <summary>How a policy did against what really was the matter. Sums over several histories; shares are taken at the end.</summary>
/// <param name="Policy">Its name.</param>
public sealed record ReplayScore(string Policy)
{
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(10);

    /// <summary>How many days were replayed.</summary>
    public double Days { get; init; }

    /// <summary>How many pages were sent.</summary>
    public int Pages { get; init; }

    /// <summary>Pages for what nobody had to do anything about: it passed in time, or there was nothing.</summary>
    public int Needless { get; init; }

    /// <summary>Of those, pages for what was still on at the latest moment to call people and then passed before its deadline: nobody could have known.</summary>
    public int InTheGap { get; init; }

    /// <summary>Further pages for what was paged already.</summary>
    public int Duplicates { get; init; }

    /// <summary>Incidents that were paged at all.</summary>
    public int Roots { get; init; }

    /// <summary>Incidents for which people had to be called.</summary>
    public int Needed { get; init; }

    /// <summary>Of those, how many were paged before they were over.</summary>
    public int Paged { get; init; }

    /// <summary>Of those, how many only after the latest moment to call people.</summary>
    public int Late { get; init; }

    /// <summary>Of the late ones, how many were beside another incident: which of them people were to be called for cannot be told.</summary>
    public int LateBeside { get; init; }

    /// <summary>Incidents that missed a deadline, or that people ended, and that were over before anybody who had been called at their beginning could have begun: no call could help.</summary>
    public int BeyondHelp { get; init; }

    /// <summary>Of those, how many were paged.</summary>
    public int BeyondHelpPaged { get; init; }

    /// <summary>Incidents that people ended before the latest moment to call them.</summary>
    public int Slack { get; init; }

    /// <summary>Of those, how many people were told of, by ticket or page.</summary>
    public int Told { get; init; }

    /// <summary>From the beginning to the first page, of incidents for which people had to be called.</summary>
    public IReadOnlyList<TimeSpan> Delays { get; init; } = [];

    /// <summary>The incidents that people had to be called for and were not, for whoever wants to know why.</summary>
    public IReadOnlyList<Incident> Unpaged { get; init; } = [];

    /// <summary>Those that were paged too late.</summary>
    public IReadOnlyList<(Incident Incident, Call Call)> TooLate { get; init; } = [];

    /// <summary>The further pages, with what they were for.</summary>
    public IReadOnlyList<(Incident Incident, Call Call)> Again { get; init; } = [];

    /// <summary>The needless pages.</summary>
    public IReadOnlyList<Call> ForNothing { get; init; } = [];

    /// <summary>Which share of pages was for what people had to do something about.</summary>
    public double Precision => Pages == 0 ? 1 : (double)(Pages - Needless - Duplicates) / Pages;

    /// <summary>The same apart from what was still on at the latest moment to call people and passed before its deadline: of that nobody could know whether they were needed.</summary>
    public double PrecisionApart => Pages == InTheGap ? 1 : (double)(Pages - Needless - Duplicates) / (Pages - InTheGap);

    /// <summary>Which share of what people had to be called for was paged.</summary>
    public double Recall => Needed == 0 ? 1 : (double)Paged / Needed;

    /// <summary>How many pages one incident made.</summary>
    public double PagesPerRoot => Roots == 0 ? 1 : (double)(Roots + Duplicates) / Roots;

    /// <summary>Pages in thirty days.</summary>
    public double PagesIn30Days => Days == 0 ? 0 : Pages * 30 / Days;

    /// <summary>Of one history.</summary>
    public static ReplayScore Of(string policy, SimulatedWorld world, IReadOnlyList<Incident> truth, IReadOnlyList<Call> calls)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(calls);
        var first = new Dictionary<Incident, Call>(ReferenceEqualityComparer.Instance);
        var tickets = new Dictionary<Incident, Call>(ReferenceEqualityComparer.Instance);
        var (needless, inTheGap, duplicates) = (0, 0, 0);
        List<Call> forNothing = [];
        List<(Incident Incident, Call Call)> again = [];
        foreach (var call in calls)
        {
            var matter = truth.Where(incident => Concerns(call, incident)).OrderByDescending(incident => incident.Hit.Intersect(call.Jobs, StringComparer.Ordinal).Any() || (call.Jobs.Count == 0 && incident.Hit.Count == 0))
                .ThenByDescending(incident => incident.NeededHuman).ThenBy(incident => first.ContainsKey(incident)).ThenBy(incident => incident.Begin).FirstOrDefault();
            if (call.IsTicket)
            {
                if (matter is not null)
                {
                    tickets.TryAdd(matter, call);
                }

                continue;
            }

            if (matter is not null && !first.TryAdd(matter, call))
            {
                duplicates++;
                again.Add((matter, call));
            }
            else if (matter is not { NeededHuman: true })
            {
                needless++;
                inTheGap += matter is { PassedTheGap: true } ? 1 : 0;
                forNothing.Add(call);
            }
        }

        Incident[] needed = [.. truth.Where(incident => incident.NeededPage)];
        Incident[] slack = [.. truth.Where(incident => incident is { EndedBy: FaultEnd.Human, PageBy: null, BeyondHelp: false })];
        Incident[] beyond = [.. truth.Where(incident => incident.BeyondHelp)];
        var told = needed.Select(incident => (Incident: incident, Call: first.GetValueOrDefault(incident), At: CalledFor(incident, first.GetValueOrDefault(incident), calls))).Where(each => each.At is not null).ToArray();

        // Nobody can call before there is anything to see: two tries of it.
        var late = told.Where(each => each.At > Later(each.Incident.PageBy!.Value, each.Incident.Seen)).ToArray();
        return new ReplayScore(policy)
        {
            Days = world.Days,
            Pages = calls.Count(call => !call.IsTicket),
            Needless = needless,
            InTheGap = inTheGap,
            Duplicates = duplicates,
            Roots = first.Count,
            Needed = needed.Length,
            Paged = told.Length,
            Late = late.Length,
            LateBeside = late.Count(each => each.Incident.Ambiguous),
            BeyondHelp = beyond.Length,
            BeyondHelpPaged = beyond.Count(first.ContainsKey),
            Slack = slack.Length,
            Told = slack.Count(incident => first.ContainsKey(incident) || tickets.ContainsKey(incident)),
            Delays = [.. told.Select(each => each.At!.Value - each.Incident.Begin)],
            Unpaged = [.. needed.Except(told.Select(each => each.Incident))],
            TooLate = [.. late.Select(each => (each.Incident, each.Call ?? new Call(each.At!.Value, "a page that stood", each.Incident.Hit, IsTicket: false)))],
            Again = again,
            ForNothing = forNothing,
        };
    }

    /// <summary>This and another together.</summary>
    public ReplayScore And(ReplayScore other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with
        {
            Days = Days + other.Days,
            Pages = Pages + other.Pages,
            Needless = Needless + other.Needless,
            InTheGap = InTheGap + other.InTheGap,
            Duplicates = Duplicates + other.Duplicates,
            Roots = Roots + other.Roots,
            Needed = Needed + other.Needed,
            Paged = Paged + other.Paged,
            Late = Late + other.Late,
            LateBeside = LateBeside + other.LateBeside,
            BeyondHelp = BeyondHelp + other.BeyondHelp,
            BeyondHelpPaged = BeyondHelpPaged + other.BeyondHelpPaged,
            Slack = Slack + other.Slack,
            Told = Told + other.Told,
            Delays = [.. Delays, .. other.Delays],
            Unpaged = [.. Unpaged, .. other.Unpaged],
            TooLate = [.. TooLate, .. other.TooLate],
            Again = [.. Again, .. other.Again],
            ForNothing = [.. ForNothing, .. other.ForNothing],
        };
    }

    /// <summary>The delay that a share of the pages kept to; zero without any.</summary>
    public TimeSpan Delay(double share)
    {
        TimeSpan[] sorted = [.. Delays.Order()];
        return sorted.Length == 0 ? TimeSpan.Zero : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
    }

    // When those who can help were called: by a page of its own, or because one that stood for the same job already, or came to name it, was not let go.
    private static DateTimeOffset? CalledFor(Incident incident, Call? own, IReadOnlyList<Call> calls)
    {
        DateTimeOffset? told = own?.At;
        foreach (var call in calls)
        {
            if (!call.IsTicket && (call.Until is null || call.Until > incident.Begin) && incident.Hit.Select(call.Named).Where(at => at <= incident.Whole).Min() is { } named)
            {
                var at = Later(named, incident.Begin);
                told = told is null || at < told ? at : told;
            }
        }

        return told;
    }

    private static bool Concerns(Call call, Incident incident) =>
        call.At >= incident.Begin && call.At <= incident.Whole + Settling
        && (call.Jobs.Count == 0 ? incident.Hit.Count == 0 : incident.Affected.Intersect(call.Jobs, StringComparer.Ordinal).Any());

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
