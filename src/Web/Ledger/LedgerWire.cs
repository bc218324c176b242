using Dashboard.Core.Ledger;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Web.Verdicts;

namespace Dashboard.Web.Ledger;

/// <summary>What was said, promised, sent and withheld.</summary>
public sealed record LedgerWire
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Promises that came true, of all that is kept, of every source.</summary>
    public required long PromisesKept { get; init; }

    /// <summary>Promises that passed.</summary>
    public required long PromisesBroken { get; init; }

    /// <summary>The newest promises that were settled, newest first.</summary>
    public required IReadOnlyList<PromiseWire> Promises { get; init; }

    /// <summary>Troubles, those that go on first, then newest first.</summary>
    public required IReadOnlyList<IncidentWire> Incidents { get; init; }

    /// <summary>When nothing is sent, now or later.</summary>
    public required IReadOnlyList<SilenceWire> Silences { get; init; }
}

/// <summary>A moment of healing that was told.</summary>
/// <param name="AppName">Of which job.</param>
/// <param name="MadeAt">When it was told.</param>
/// <param name="Likely">As likely as not by then.</param>
/// <param name="By80">Four times of five by then.</param>
/// <param name="Grade">How sure it was.</param>
/// <param name="SettledAt">When it came true or passed.</param>
/// <param name="Kept">Whether it came true.</param>
public sealed record PromiseWire(string AppName, DateTimeOffset MadeAt, DateTimeOffset? Likely, DateTimeOffset By80, ForecastGrade Grade, DateTimeOffset? SettledAt, bool? Kept)
{
    internal static PromiseWire Of(Promise promise) => new(promise.Job, promise.MadeAt, promise.Likely, promise.By80, promise.Grade, promise.SettledAt, promise.Kept);
}

/// <summary>A time in which nothing is sent.</summary>
/// <param name="Id">Its id.</param>
/// <param name="AppName">Of which job; null for the whole source.</param>
/// <param name="From">From when.</param>
/// <param name="Until">Until when.</param>
/// <param name="By">Who said so.</param>
/// <param name="Reason">Why.</param>
public sealed record SilenceWire(Guid Id, string? AppName, DateTimeOffset From, DateTimeOffset Until, string By, string Reason)
{
    internal static SilenceWire Of(Silence silence) => new(silence.Id, silence.Job, silence.From, silence.Until, silence.By, silence.Reason);
}

/// <summary>A trouble by its root.</summary>
public sealed record IncidentWire
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What the root is.</summary>
    public required RootKind RootKind { get; init; }

    /// <summary>Its name.</summary>
    public required string Root { get; init; }

    /// <summary>The job that tells of it.</summary>
    public string? AppName { get; init; }

    /// <summary>When it was first said.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>What is said of it, or was at its end.</summary>
    public required VerdictState Verdict { get; init; }

    /// <summary>The gravest that was said.</summary>
    public required VerdictState Worst { get; init; }

    /// <summary>In one sentence.</summary>
    public required string Headline { get; init; }

    /// <summary>When somebody was paged; null when the page was withheld, or there was none to send.</summary>
    public DateTimeOffset? PagedAt { get; init; }

    /// <summary>Whether it would have been a page while nothing was to be sent.</summary>
    public required bool WouldBePage { get; init; }

    /// <summary>When it was over.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>How it ended.</summary>
    public required string Ended { get; init; }

    /// <summary>What people said of it.</summary>
    public required IReadOnlyList<MarkWire> Said { get; init; }

    /// <summary>What was to be sent.</summary>
    public required IReadOnlyList<SentEntry> Sent { get; init; }

    internal static IncidentWire Of(IncidentEntry entry) => new()
    {
        Id = entry.Incident.Id,
        RootKind = entry.Incident.Root.Kind,
        Root = entry.Incident.Root.Name,
        AppName = entry.Incident.Job,
        OpenedAt = entry.Incident.OpenedAt,
        Verdict = entry.Incident.State,
        Worst = entry.Incident.Worst,
        Headline = entry.Incident.Headline,
        PagedAt = entry.Incident.PagedAt,
        WouldBePage = entry.Incident.WouldBePage,
        ClosedAt = entry.Incident.ClosedAt,
        Ended = entry.Incident.Ended,
        Said = [.. entry.Marks.Select(mark => new MarkWire(mark.Kind, mark.By, mark.At, mark.Reason, mark.Until))],
        Sent = entry.Sent,
    };
}

/// <summary>What somebody said of a trouble.</summary>
/// <param name="Kind">What.</param>
/// <param name="By">Who.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
/// <param name="Until">Of a snooze: until when.</param>
public sealed record MarkWire(IncidentMarkKind Kind, string By, DateTimeOffset At, string Reason, DateTimeOffset? Until);

/// <summary>Changes of what was said, newest first.</summary>
/// <param name="Source">The source.</param>
/// <param name="Events">The changes.</param>
/// <param name="Before">Ask with this for older ones; null when there are none.</param>
public sealed record VerdictHistoryWire(string Source, IReadOnlyList<VerdictEventWire> Events, DateTimeOffset? Before);

/// <summary>One change of what was said.</summary>
/// <param name="Id">Its id.</param>
/// <param name="AppName">Of which job; null for the whole source.</param>
/// <param name="At">When.</param>
/// <param name="Verdict">What was said.</param>
/// <param name="Earlier">What was said before; null for the first.</param>
/// <param name="Headline">In one sentence.</param>
public sealed record VerdictEventWire(Guid Id, string? AppName, DateTimeOffset At, VerdictState Verdict, VerdictState? Earlier, string Headline)
{
    internal static VerdictEventWire Of(VerdictEvent change) => new(change.Id, change.Job, change.At, change.State, change.Before, change.Headline);
}

/// <summary>What is sent to say something of a trouble.</summary>
/// <param name="Say"><c>ack</c>, <c>snooze</c>, <c>needed</c> or <c>not_needed</c>.</param>
/// <param name="Reason">Why; kept for ever.</param>
/// <param name="Until">Of a snooze: until when; until it is decided when absent.</param>
public sealed record MarkRequest(string? Say, string? Reason, DateTimeOffset? Until);

/// <summary>What is sent to keep something quiet.</summary>
/// <param name="Source">The source.</param>
/// <param name="AppName">The job; the whole source when absent.</param>
/// <param name="From">From when; now when absent.</param>
/// <param name="Until">Until when.</param>
/// <param name="Reason">Why; kept for ever.</param>
public sealed record SilenceRequest(string? Source, string? AppName, DateTimeOffset? From, DateTimeOffset? Until, string? Reason);

/// <summary>What was done, in one sentence.</summary>
/// <param name="Sentence">It.</param>
public sealed record SaidWire(string Sentence);
