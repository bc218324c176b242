using Dashboard.Core.Actions;
using Dashboard.Core.Failures;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Core.Ledger;

/// <summary>One trouble by its root, from when it was first said until it was over: what was said of it, whether somebody was paged, and how it ended.</summary>
public sealed record Incident
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Where a remedy helps.</summary>
    public required VerdictRoot Root { get; init; }

    /// <summary>The job that tells of it; null for the scheduler's own.</summary>
    public string? Job { get; init; }

    /// <summary>When it was first said, by the source's clock.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>What is said of it, or was at its end.</summary>
    public required VerdictState State { get; init; }

    /// <summary>The gravest that was said of it.</summary>
    public required VerdictState Worst { get; init; }

    /// <summary>The whole in one sentence.</summary>
    public required string Headline { get; init; }

    /// <summary>The cause; empty when none is known.</summary>
    public string Cause { get; init; } = "";

    /// <summary>What to do first; empty when nothing.</summary>
    public string FirstAction { get; init; } = "";

    /// <summary>The class of the failure.</summary>
    public FailureClass? Class { get; init; }

    /// <summary>The jobs that wait behind it, in run order.</summary>
    public IReadOnlyList<string> Waiting { get; init; } = [];

    /// <summary>A human who begins later is late.</summary>
    public DateTimeOffset? PageBy { get; init; }

    /// <summary>When it is decided without further waiting.</summary>
    public DateTimeOffset? DecideAt { get; init; }

    /// <summary>From here on data is older than promised.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Four times of five it is well by then; null when nothing heals it.</summary>
    public DateTimeOffset? HealsBy { get; init; }

    /// <summary>When somebody was paged, by our own clock; null when nobody was.</summary>
    public DateTimeOffset? PagedAt { get; init; }

    /// <summary>Whether it would have been a page while nothing was to be sent.</summary>
    public bool WouldBePage { get; init; }

    /// <summary>When it was over, by the source's clock.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>How it ended, in one sentence; empty while it goes on.</summary>
    public string Ended { get; init; } = "";

    /// <summary>Grows with each change.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The name under which paging systems know it: the same for all that is told of it, and another for the next trouble of the same root.</summary>
    public string KeyFor(string environment)
    {
        var key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"crontabber:{environment}:{Source}:{Root.Kind.ToString().ToLowerInvariant()}:{Root.Name}:{OpenedAt.ToUnixTimeSeconds()}");
        return key.Length <= LongestKey ? key : $"crontabber:{Id:N}";
    }

    // PagerDuty takes no longer ones.
    private const int LongestKey = 255;
}

/// <summary>What kind of thing somebody said of a trouble.</summary>
public enum IncidentMarkKind
{
    /// <summary>Somebody knows and is on it: nobody else is paged for it.</summary>
    Ack,

    /// <summary>Nothing is sent until a moment.</summary>
    Snooze,

    /// <summary>The page was needed.</summary>
    Needed,

    /// <summary>It was not.</summary>
    NotNeeded,
}

/// <summary>What somebody said of a trouble.</summary>
/// <param name="Incident">Which.</param>
/// <param name="Kind">What kind.</param>
/// <param name="By">Who.</param>
/// <param name="At">When, by our own clock.</param>
/// <param name="Reason">Why, in their words.</param>
/// <param name="Until">Of a snooze: until when.</param>
public sealed record IncidentMark(Guid Incident, IncidentMarkKind Kind, string By, DateTimeOffset At, string Reason, DateTimeOffset? Until);

/// <summary>A time in which nothing is sent: somebody said so, or keeps the job from running.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Of which source.</param>
/// <param name="Job">Of which job; null for the whole source.</param>
/// <param name="From">From when, by our own clock.</param>
/// <param name="Until">Until when.</param>
/// <param name="By">Who said so.</param>
/// <param name="Reason">Why.</param>
public sealed record Silence(Guid Id, string Source, string? Job, DateTimeOffset From, DateTimeOffset Until, string By, string Reason)
{
    /// <summary>Whether it is a hold: of what a job that must not run does not do nobody is told. What it only tells of, a resource that others need too, is no part of that.</summary>
    public bool IsHold { get; init; }

    /// <summary>Those of the holds of a source that the runner keeps to.</summary>
    public static IEnumerable<Silence> Of(MarksSnapshot marks, StandingsSnapshot rows, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(marks);
        ArgumentNullException.ThrowIfNull(rows);
        return marks.Held(now).Where(hold => rows.Find(hold.Job) is { } standing && !hold.IsOverwritten(standing.Job, rows.AsOf))
            .Select(hold => new Silence(hold.Action, marks.Source, hold.Job, hold.Since, hold.Until, hold.By, hold.Reason) { IsHold = true });
    }

    /// <summary>Whether it holds for a trouble at a moment: of the whole source, of the root, or of the job that tells of it.</summary>
    public bool Covers(Incident incident, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(incident);
        return From <= now && now < Until && (Job is null || (!IsHold && Job == incident.Job) || (incident.Root.Kind == RootKind.Job && Job == incident.Root.Name));
    }
}

/// <summary>A moment of healing that was told.</summary>
public sealed record Promise
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>When it was told, by the source's clock.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>As likely as not by then.</summary>
    public DateTimeOffset? Likely { get; init; }

    /// <summary>Four times of five by then.</summary>
    public required DateTimeOffset By80 { get; init; }

    /// <summary>How sure it was.</summary>
    public required ForecastGrade Grade { get; init; }

    /// <summary>When it came true or passed; null while it is open.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>Whether it came true; null while it is open.</summary>
    public bool? Kept { get; init; }
}
