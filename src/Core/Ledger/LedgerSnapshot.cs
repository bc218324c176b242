namespace Dashboard.Core.Ledger;

/// <summary>The newest of the ledger of one source.</summary>
public sealed record LedgerSnapshot
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Troubles that go on, and the newest that are over; newest first.</summary>
    public IReadOnlyList<IncidentEntry> Incidents { get; init; } = [];

    /// <summary>When nothing is sent, now or later.</summary>
    public IReadOnlyList<Silence> Silences { get; init; } = [];

    /// <summary>The newest promises that were settled, newest first.</summary>
    public IReadOnlyList<Promise> Promises { get; init; } = [];

    /// <summary>The trouble of a root that goes on; null when there is none.</summary>
    public IncidentEntry? Of(Verdicts.Engine.VerdictRoot? root) => root is null ? null : Incidents.FirstOrDefault(entry => entry.Incident.ClosedAt is null && entry.Incident.Root == root);

    /// <summary>The silence that holds for a job or the whole source at a moment of our own clock; null when none does.</summary>
    public Silence? SilenceOf(string? job, DateTimeOffset now) => Silences.FirstOrDefault(silence => silence.From <= now && now < silence.Until && (silence.Job is null || silence.Job == job));

    /// <summary>Nothing yet.</summary>
    public static LedgerSnapshot Empty(string source) => new() { Source = source };
}

/// <summary>One trouble with what people said of it and what was sent.</summary>
/// <param name="Incident">It.</param>
/// <param name="Marks">What people said, oldest first.</param>
/// <param name="Sent">What was to be sent, oldest first.</param>
public sealed record IncidentEntry(Incident Incident, IReadOnlyList<IncidentMark> Marks, IReadOnlyList<SentEntry> Sent)
{
    /// <summary>Who knows of it; null when nobody said so.</summary>
    public IncidentMark? Known => Marks.LastOrDefault(mark => mark.Kind == IncidentMarkKind.Ack);

    /// <summary>Whether the page was needed, as somebody said last; null when nobody did.</summary>
    public IncidentMark? Label => Marks.LastOrDefault(mark => mark.Kind is IncidentMarkKind.Needed or IncidentMarkKind.NotNeeded);

    /// <summary>Until when nothing is sent of it; null when it is.</summary>
    public IncidentMark? Snoozed(DateTimeOffset now) => Marks.LastOrDefault(mark => mark.Kind == IncidentMarkKind.Snooze) is { Until: { } until } mark && until > now ? mark : null;
}

/// <summary>One message of a trouble to one channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Action">What kind of message.</param>
/// <param name="State"><c>waiting</c>, <c>sent</c>, <c>refused</c> or <c>superseded</c>.</param>
/// <param name="At">When it ended so, or was written.</param>
/// <param name="Trouble">What went wrong last; null when nothing did.</param>
public sealed record SentEntry(string Channel, NoticeAction Action, string State, DateTimeOffset At, string? Trouble);
