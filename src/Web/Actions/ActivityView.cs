using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Audit;

namespace Dashboard.Web.Actions;

/// <summary>Which lines of the audit are looked at; it lives in the URL.</summary>
public sealed record ActivityView
{
    /// <summary>Of this job only.</summary>
    public string? Job { get; init; }

    /// <summary>Of this person or key only.</summary>
    public string? Who { get; init; }

    /// <summary>Of this kind of action only.</summary>
    public string? Kind { get; init; }

    /// <summary>With this event only.</summary>
    public string? Event { get; init; }

    /// <summary>Older than this line.</summary>
    public long? Before { get; init; }

    /// <summary>All, newest first.</summary>
    public static ActivityView Default { get; } = new();

    /// <summary>Reads it from a URL; what makes no sense is left out.</summary>
    public static ActivityView Parse(string? job, string? who, string? kind, string? @event, string? before) => new()
    {
        Job = Short(job),
        Who = Short(who),
        Kind = ActionWords.Parse(kind) is { } known ? known.Slug() : null,
        Event = Events.Contains(@event) ? @event : null,
        Before = long.TryParse(before, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var sequence) ? sequence : null,
    };

    /// <summary>Every event a line may tell of.</summary>
    public static IReadOnlyList<string?> Events { get; } = [AuditEvents.Began, AuditEvents.Done, AuditEvents.Stale, AuditEvents.Busy, AuditEvents.Refused, AuditEvents.Denied, AuditEvents.Nothing, AuditEvents.Unknown, AuditEvents.Paused, AuditEvents.Resumed, AuditEvents.Cancelled, AuditEvents.Ended, AuditEvents.Login, AuditEvents.Access, AuditEvents.Vouched];

    /// <summary>Back into a URL.</summary>
    public IEnumerable<(string Name, string Value)> ToQuery()
    {
        foreach (var (name, value) in ((string, string?)[])[("job", Job), ("who", Who), ("kind", Kind), ("event", Event), ("before", Before?.ToString(System.Globalization.CultureInfo.InvariantCulture))])
        {
            if (value is not null)
            {
                yield return (name, value);
            }
        }
    }

    /// <summary>As the records are asked.</summary>
    public AuditFilter Filter(string source, int most) => new() { Source = source, Job = Job, Actor = Who, Kind = Kind, Event = Event, Before = Before, Most = most };

    private static string? Short(string? text) => string.IsNullOrEmpty(text) ? null : text.Length > 500 ? text[..500] : text;
}
