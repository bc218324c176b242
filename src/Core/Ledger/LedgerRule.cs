using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Core.Ledger;

/// <summary>What the ledger knows of one source before it looks again.</summary>
public sealed record LedgerMemory
{
    /// <summary>What was said last of each job.</summary>
    public IReadOnlyDictionary<string, Verdict> Said { get; init; } = new Dictionary<string, Verdict>();

    /// <summary>What was said last of the whole; null before the first.</summary>
    public VerdictSnapshot? Whole { get; init; }

    /// <summary>Where each job stood.</summary>
    public IReadOnlyDictionary<string, KeptStanding> Standings { get; init; } = new Dictionary<string, KeptStanding>();

    /// <summary>The troubles that go on, by their root.</summary>
    public IReadOnlyDictionary<VerdictRoot, Incident> Open { get; init; } = new Dictionary<VerdictRoot, Incident>();

    /// <summary>The promises that are open, by their job.</summary>
    public IReadOnlyDictionary<string, Promise> Promises { get; init; } = new Dictionary<string, Promise>();
}

/// <summary>What is to be written, and what is known after it.</summary>
public sealed record LedgerPage
{
    /// <summary>What is known after it.</summary>
    public required LedgerMemory After { get; init; }

    /// <summary>Jobs of which something else is said, with what was said before.</summary>
    public IReadOnlyList<(Verdict Now, Verdict? Before)> Verdicts { get; init; } = [];

    /// <summary>What is said of the whole, when that is something else; with what was said before.</summary>
    public (VerdictSnapshot Now, VerdictSnapshot? Before)? Whole { get; init; }

    /// <summary>Jobs that stand elsewhere, with where they stood before.</summary>
    public IReadOnlyList<(KeptStanding Now, KeptStanding? Before)> Standings { get; init; } = [];

    /// <summary>Troubles that are new, changed or over.</summary>
    public IReadOnlyList<Incident> Incidents { get; init; } = [];

    /// <summary>Promises that were made or settled.</summary>
    public IReadOnlyList<Promise> Promises { get; init; } = [];

    /// <summary>What is to be told to people.</summary>
    public IReadOnlyList<(Incident Incident, NoticeAction Action)> Notices { get; init; } = [];

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => Verdicts.Count == 0 && Whole is null && Standings.Count == 0 && Incidents.Count == 0 && Promises.Count == 0 && Notices.Count == 0;
}

/// <summary>What a message is to a paging system.</summary>
public enum NoticeAction
{
    /// <summary>Somebody is needed.</summary>
    Trigger,

    /// <summary>More, or something else, is known.</summary>
    Update,

    /// <summary>Somebody said that they know.</summary>
    Acknowledge,

    /// <summary>It is over.</summary>
    Resolve,
}

/// <summary>
/// From what was known to what is said now: which changes to keep, which troubles began and ended, which promises came true, and what to tell to whom. Pure, so that a node that takes over
/// goes on where the other stopped.
/// </summary>
public static class LedgerRule
{
    /// <summary>The next page.</summary>
    /// <param name="before">What was known.</param>
    /// <param name="said">What is said now.</param>
    /// <param name="rows">Where jobs stand now.</param>
    /// <param name="at">Now, by the source's clock.</param>
    /// <param name="ours">Now, by our own: what people said counts by this.</param>
    /// <param name="marks">What people said of troubles that go on.</param>
    /// <param name="silences">When nothing is to be sent.</param>
    /// <param name="human">What somebody did to a job since a moment, in one sentence; null when nothing.</param>
    /// <param name="id">Makes ids.</param>
    public static LedgerPage Next(
        LedgerMemory before,
        VerdictSnapshot said,
        StandingsSnapshot rows,
        DateTimeOffset at,
        DateTimeOffset ours,
        ILookup<Guid, IncidentMark> marks,
        IReadOnlyList<Silence> silences,
        Func<Incident, string?> human,
        Func<Guid> id)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(said);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(marks);
        ArgumentNullException.ThrowIfNull(silences);
        var whole = before.Whole is null || !SameWhole(before.Whole, said) ? ((VerdictSnapshot, VerdictSnapshot?)?)(said, before.Whole) : null;
        if (said.State == VerdictState.Blind)
        {
            // Nothing is claimed of what nobody sees: troubles neither begin nor end.
            return new LedgerPage { After = before with { Whole = said }, Whole = whole };
        }

        var verdicts = said.Jobs.Select(now => (Now: Lasting(now), Before: before.Said.GetValueOrDefault(now.Job))).Where(pair => pair.Before is null || Differs(pair.Before, pair.Now)).ToArray();
        var standings = rows.Jobs.Select(KeptStanding.Of).Select(now => (Now: now, Before: before.Standings.GetValueOrDefault(now.Job))).Where(pair => pair.Before is null || Moved(pair.Before, pair.Now)).ToArray();
        var (incidents, notices, open) = Incidents(before, said, rows, at, ours, marks, silences, human, id);
        var (promises, pending) = Promises(before, said, at, id);
        return new LedgerPage
        {
            After = new LedgerMemory
            {
                Said = said.Jobs.Select(Lasting).ToDictionary(verdict => verdict.Job, StringComparer.Ordinal),
                Whole = said,
                Standings = rows.Jobs.Select(KeptStanding.Of).ToDictionary(standing => standing.Job, StringComparer.Ordinal),
                Open = open,
                Promises = pending,
            },
            Verdicts = verdicts,
            Whole = whole,
            Standings = standings,
            Incidents = incidents,
            Promises = promises,
            Notices = notices,
        };
    }

    private static (List<Incident> Changed, List<(Incident, NoticeAction)> Notices, Dictionary<VerdictRoot, Incident> Open) Incidents(
        LedgerMemory before,
        VerdictSnapshot said,
        StandingsSnapshot rows,
        DateTimeOffset at,
        DateTimeOffset ours,
        ILookup<Guid, IncidentMark> marks,
        IReadOnlyList<Silence> silences,
        Func<Incident, string?> human,
        Func<Guid> id)
    {
        List<Incident> changed = [];
        List<(Incident, NoticeAction)> notices = [];
        var open = new Dictionary<VerdictRoot, Incident>();
        var verdicts = said.Jobs.ToDictionary(verdict => verdict.Job, StringComparer.Ordinal);
        foreach (var root in said.Roots)
        {
            var known = before.Open.GetValueOrDefault(root.Root);
            if (known is null && root.State is not (VerdictState.Page or VerdictState.NeedsHumanLater or VerdictState.Watch or VerdictState.Healing))
            {
                continue;
            }

            var incident = Told(known ?? New(root, said.Source, at, id), root, root.Job is { } job ? verdicts.GetValueOrDefault(job) : null);
            var own = marks[incident.Id].ToArray();
            var quiet = silences.Any(silence => silence.Covers(incident, ours)) || own.LastOrDefault(mark => mark.Kind == IncidentMarkKind.Snooze) is { Until: { } until } && until > ours;
            var acked = own.Any(mark => mark.Kind == IncidentMarkKind.Ack);
            if (root.State == VerdictState.Page && incident.PagedAt is null)
            {
                incident = quiet || acked ? incident with { WouldBePage = true } : incident with { PagedAt = ours };
            }

            if (known is not null && Same(known, incident))
            {
                open[root.Root] = known;
                continue;
            }

            incident = known is null ? incident : incident with { Version = known.Version + 1 };
            changed.Add(incident);
            open[root.Root] = incident;
            if (incident.PagedAt is not null && !quiet)
            {
                notices.Add((incident, known?.PagedAt is null ? NoticeAction.Trigger : NoticeAction.Update));
            }
        }

        foreach (var (root, incident) in before.Open.Where(pair => !open.ContainsKey(pair.Key)))
        {
            var over = incident with { ClosedAt = at, Ended = Ending(incident, said, rows, human), Version = incident.Version + 1 };
            changed.Add(over);
            if (over.PagedAt is not null)
            {
                notices.Add((over, NoticeAction.Resolve));
            }
        }

        return (changed, notices, open);
    }

    private static Incident New(RootVerdict root, string source, DateTimeOffset at, Func<Guid> id) => new()
    {
        Id = id(), Source = source, Root = root.Root, OpenedAt = at, State = root.State, Worst = root.State, Headline = root.Headline,
    };

    private static Incident Told(Incident incident, RootVerdict root, Verdict? verdict) => incident with
    {
        Job = root.Job,
        State = root.State,
        Worst = Worse(incident.Worst, root.State),
        Headline = root.Headline,
        Cause = verdict?.Cause ?? root.Headline,
        FirstAction = verdict?.FirstAction ?? root.FirstAction,
        Class = verdict?.Class,
        Waiting = root.Waiting,
        PageBy = verdict?.PageBy ?? root.PageBy,
        DecideAt = verdict?.DecideAt ?? root.DecideAt,
        Deadline = verdict?.Deadline,
        HealsBy = verdict?.Heal?.By80,
    };

    private static VerdictState Worse(VerdictState one, VerdictState other) => one > other ? one : other;

    private static bool Same(Incident one, Incident other) => (one with { Waiting = [] }) == (other with { Waiting = [] }) && one.Waiting.SequenceEqual(other.Waiting, StringComparer.Ordinal);

    private static string Ending(Incident incident, VerdictSnapshot said, StandingsSnapshot rows, Func<Incident, string?> human)
    {
        if (human(incident) is { } did)
        {
            return did;
        }

        var job = incident.Job ?? (incident.Root.Kind == RootKind.Job ? incident.Root.Name : null);
        if (job is null)
        {
            return incident.Root.Kind switch { RootKind.Scheduler => "The scheduler was heard of again.", _ when incident.Root.Name.StartsWith("crash store ", StringComparison.Ordinal) => "The store works again.", _ => "It went away by itself." };
        }

        if (rows.Find(job) is not { } standing)
        {
            return "The job is there no more.";
        }

        if (said.Find(job) is { State: VerdictState.Blocked, Root: { } other })
        {
            return $"It waits for {other.Name} now and is judged with it.";
        }

        return standing.Job.LastError is null && standing.Job.LastSuccess is { } success && success >= incident.OpenedAt.AddDays(-1)
            ? $"It succeeded by itself at {VerdictWords.At(standing.History.Runs is [{ Outcome: Runs.RunOutcome.Success } run, ..] ? run.LogTime : success, standing.Job.LastRun ?? success)}."
            : "It went away by itself.";
    }

    private static (List<Promise> Changed, Dictionary<string, Promise> Open) Promises(LedgerMemory before, VerdictSnapshot said, DateTimeOffset at, Func<Guid> id)
    {
        List<Promise> changed = [];
        var open = new Dictionary<string, Promise>(StringComparer.Ordinal);
        var gone = new HashSet<string>(before.Promises.Keys, StringComparer.Ordinal);
        foreach (var verdict in said.Jobs)
        {
            gone.Remove(verdict.Job);
            var known = before.Promises.GetValueOrDefault(verdict.Job);
            if (known is not null)
            {
                var well = verdict.State is VerdictState.Ok or VerdictState.Recovering or VerdictState.CatchingUp;
                if (!well && at <= known.By80)
                {
                    open[verdict.Job] = known;
                    continue;
                }

                changed.Add(known with { SettledAt = at, Kept = well && at <= known.By80 });
            }

            // The next one is a new word: the same moment is not promised twice.
            if (verdict is { State: VerdictState.Healing or VerdictState.Watch, Heal: { By80: { } by, Grade: not ForecastGrade.None } heal } && by > at && by != known?.By80)
            {
                var made = new Promise { Id = id(), Source = said.Source, Job = verdict.Job, MadeAt = at, Likely = heal.Likely, By80 = by, Grade = heal.Grade };
                changed.Add(made);
                open[verdict.Job] = made;
            }
        }

        foreach (var known in before.Promises.Values.Where(known => gone.Contains(known.Job)))
        {
            changed.Add(known with { SettledAt = at, Kept = false });
        }

        return (changed, open);
    }

    // What is fine is said anew with every run, for the next one; kept is that it was fine.
    private static Verdict Lasting(Verdict verdict) =>
        verdict is { State: VerdictState.Ok, Rule: not Ghost } ? verdict with { Headline = "On time.", Rule = "R17", NextEventAt = null, DecideAt = null, PageBy = null, Deadline = null, Heal = null, Facts = [], Rejected = [], WouldChangeIf = [] } : verdict;

    private static bool Differs(Verdict before, Verdict now) => !VerdictSame.Are(before with { Since = now.Since }, now);

    // A row that is configured no more is fine for another reason.
    private const string Ghost = "R3";

    private static bool Moved(KeptStanding before, KeptStanding now) => before.State != now.State || before.ErrorCount != now.ErrorCount || before.ErrorType != now.ErrorType;

    private static bool SameWhole(VerdictSnapshot before, VerdictSnapshot now) => before.State == now.State && before.Headline == now.Headline && before.Then == now.Then;
}
