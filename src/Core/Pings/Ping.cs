namespace Dashboard.Core.Pings;

/// <summary>What a ping says, in the words of healthchecks.</summary>
public enum PingKind
{
    /// <summary>A run began.</summary>
    Start,

    /// <summary>A run ended well.</summary>
    Success,

    /// <summary>A run failed.</summary>
    Fail,

    /// <summary>Something worth noting, which neither begins nor ends a run.</summary>
    Log,
}

/// <summary>Where a program that pings stands, as far as it said.</summary>
public enum PingState
{
    /// <summary>It only noted something.</summary>
    Heard,

    /// <summary>It began and has not ended.</summary>
    Running,

    /// <summary>Its last run ended well.</summary>
    Succeeded,

    /// <summary>Its last run failed.</summary>
    Failed,
}

/// <summary>One ping, as it is delivered.</summary>
/// <param name="Source">The source whose jobs it is of.</param>
/// <param name="Slug">Its name: that of a job, or any other.</param>
/// <param name="Kind">What it says.</param>
/// <param name="ExitCode">With which a run ended; null when it did not say.</param>
/// <param name="Run">Which run, so that runs that overlap are told apart; null when it did not say.</param>
/// <param name="Message">What it sent along, as text; null when nothing.</param>
public sealed record PingTold(string Source, string Slug, PingKind Kind, int? ExitCode, Guid? Run, string? Message);

/// <summary>What is known of a program that pings. When it is due next nobody said, so it is never called late.</summary>
public sealed record Ping
{
    /// <summary>The source whose jobs it is of.</summary>
    public required string Source { get; init; }

    /// <summary>Its name: that of a job, or any other.</summary>
    public required string Slug { get; init; }

    /// <summary>When it was heard of last, by the clock of the dashboard's own database.</summary>
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>When the run began that it is in; null when it is in none.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long its last run took; null when it did not say when that began.</summary>
    public TimeSpan? Took { get; init; }

    /// <summary>The exit code of its last run; null when it did not say.</summary>
    public int? ExitCode { get; init; }

    /// <summary>When a run ended well last.</summary>
    public DateTimeOffset? SucceededAt { get; init; }

    /// <summary>When a run failed last.</summary>
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>What it sent along last, without secrets.</summary>
    public string? Message { get; init; }

    /// <summary>Where it stands.</summary>
    public PingState State =>
        StartedAt is not null ? PingState.Running
        : FailedAt is { } failed && !(SucceededAt > failed) ? PingState.Failed
        : SucceededAt is not null ? PingState.Succeeded
        : PingState.Heard;
}

/// <summary>All that ping, bounded.</summary>
public sealed record PingsSnapshot
{
    /// <summary>Before anything was read.</summary>
    public static PingsSnapshot Empty { get; } = new();

    /// <summary>Since when the own database has been out of reach; null while it answers.</summary>
    public DateTimeOffset? StaleSince { get; init; }

    /// <summary>In the order of source and name.</summary>
    public IReadOnlyList<Ping> Pings { get; init; } = [];

    /// <summary>One of them; null when it never pinged.</summary>
    public Ping? Find(string source, string slug) => Pings.FirstOrDefault(ping => ping.Source == source && ping.Slug == slug);
}
