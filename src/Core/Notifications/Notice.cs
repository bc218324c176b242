using Dashboard.Core.Failures;
using Dashboard.Core.Ledger;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Core.Notifications;

/// <summary>What is told of a trouble, before any channel's own form. What is sent later is what was known when it was decided.</summary>
public sealed record Notice
{
    /// <summary>Its form.</summary>
    public string Schema { get; init; } = "crontabber.notice/1";

    /// <summary>What it is to whoever gets it.</summary>
    public required NoticeAction Action { get; init; }

    /// <summary>The same for all that is told of one trouble.</summary>
    public required string Key { get; init; }

    /// <summary>Grows with each that is told of it.</summary>
    public required int Version { get; init; }

    /// <summary>The installation.</summary>
    public required string Environment { get; init; }

    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>What the root is.</summary>
    public required RootKind RootKind { get; init; }

    /// <summary>Its name.</summary>
    public required string Root { get; init; }

    /// <summary>The job that tells of it.</summary>
    public string? Job { get; init; }

    /// <summary>What is said.</summary>
    public required VerdictState Verdict { get; init; }

    /// <summary>The whole in one sentence.</summary>
    public required string Headline { get; init; }

    /// <summary>The cause.</summary>
    public string Cause { get; init; } = "";

    /// <summary>What to do first.</summary>
    public string FirstAction { get; init; } = "";

    /// <summary>The class of the failure.</summary>
    public FailureClass? Class { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>A human who begins later is late.</summary>
    public DateTimeOffset? PageBy { get; init; }

    /// <summary>From here on data is older than promised.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Four times of five it is well by then.</summary>
    public DateTimeOffset? HealsBy { get; init; }

    /// <summary>Who waits, in run order.</summary>
    public IReadOnlyList<string> Waiting { get; init; } = [];

    /// <summary>How it ended; empty while it goes on.</summary>
    public string Ended { get; init; } = "";

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Of an acknowledgement: who knows.</summary>
    public string? KnownBy { get; init; }

    /// <summary>When this was decided, by our own clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Where people find more; null when no address is configured.</summary>
    public string? Link { get; init; }

    /// <summary>Of a trouble.</summary>
    public static Notice Of(NotificationOptions options, Incident incident, NoticeAction action, DateTimeOffset at, string? by = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(incident);
        return new Notice
        {
            Action = action,
            Key = incident.KeyFor(options.Environment),
            Version = incident.Version,
            Environment = options.Environment,
            Source = incident.Source,
            RootKind = incident.Root.Kind,
            Root = incident.Root.Name,
            Job = incident.Job,
            Verdict = incident.State,
            Headline = incident.Headline,
            Cause = incident.Cause,
            FirstAction = incident.FirstAction,
            Class = incident.Class,
            Since = incident.OpenedAt,
            PageBy = incident.PageBy,
            Deadline = incident.Deadline,
            HealsBy = incident.HealsBy,
            Waiting = incident.Waiting,
            Ended = incident.Ended,
            EndedAt = incident.ClosedAt,
            KnownBy = by,
            At = at,
            Link = options.Address is { Length: > 0 } address ? $"{address.TrimEnd('/')}/{(incident.Job is { } job ? $"jobs/{Uri.EscapeDataString(job)}" : "")}?source={Uri.EscapeDataString(incident.Source)}" : null,
        };
    }
}
