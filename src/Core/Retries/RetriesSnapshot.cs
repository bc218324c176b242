using System.Runtime.InteropServices;

namespace Dashboard.Core.Retries;

/// <summary>What all executors that tell us anything have been doing, newest facts of all sources; bounded.</summary>
public sealed record RetriesSnapshot
{
    /// <summary>Before anything was read.</summary>
    public static RetriesSnapshot Empty { get; } = new();

    /// <summary>When it was read, by the clock of the dashboard's own database; null before.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Since when the own database has been out of reach; null while it answers.</summary>
    public DateTimeOffset? StaleSince { get; init; }

    /// <summary>One lane for each resource of each source heard of in the last 24 h or with an open streak, in the order of source and name; at most 200: those with open streaks, then those heard of last.</summary>
    public IReadOnlyList<ResourceLane> Resources { get; init; } = [];

    /// <summary>Ticks of runners, by source, the newest of each first.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Ticks.Tick>> Ticks { get; init; } = new Dictionary<string, IReadOnlyList<Ticks.Tick>>();

    /// <summary>Events lost in the last 24 h because they came faster than they could be kept.</summary>
    public long Dropped { get; init; }

    /// <summary>Lines of followed logs that nobody could read, in the last 24 h.</summary>
    public long Unreadable { get; init; }

    /// <summary>How many resources were heard of in the last 24 h, also those for which there is no lane.</summary>
    public long Heard { get; init; }
}

/// <summary>One resource of one source.</summary>
public sealed record ResourceLane
{
    /// <summary>How many ended streaks of one lane are kept in a snapshot at most.</summary>
    public const int MostEnded = 100;

    /// <summary>Of the source.</summary>
    public required string Source { get; init; }

    /// <summary>Its name.</summary>
    public required string Resource { get; init; }

    /// <summary>Its kind.</summary>
    public required string Backend { get; init; }

    /// <summary>Open streaks, the oldest first; at most 100.</summary>
    public IReadOnlyList<RetryStreak> Open { get; init; } = [];

    /// <summary>Streaks ended in the last 24 h, the newest first; at most <see cref="MostEnded"/>.</summary>
    public IReadOnlyList<RetryStreak> Ended { get; init; } = [];

    /// <summary>The configured delays, as told by its executors; empty when not known.</summary>
    public IReadOnlyList<TimeSpan> Ladder { get; init; } = [];

    /// <summary>When anybody got through last, to the second where an executor told it, else to the minute; null when not known.</summary>
    public DateTimeOffset? GotThroughAt { get; init; }

    /// <summary>Who that was: the job, else the process; null when not known.</summary>
    public string? GotThroughBy { get; init; }

    /// <summary>How long recovered streaks of the last 7 d took.</summary>
    public RecoveryTimes Recovery { get; init; } = RecoveryTimes.None;

    /// <summary>Attempts by the minute over the last 60 minutes, the oldest first; minutes without any are left out.</summary>
    public IReadOnlyList<AttemptMinute> Minutes { get; init; } = [];
}

/// <summary>How long recovered streaks took.</summary>
/// <param name="Count">How many.</param>
/// <param name="Median">Half of them took no longer.</param>
/// <param name="Ninetieth">Nine of ten took no longer.</param>
/// <param name="Longest">None took longer.</param>
/// <param name="Buckets">How many took up to each of <see cref="Bounds"/>, and in the last place longer.</param>
public sealed record RecoveryTimes(int Count, TimeSpan Median, TimeSpan Ninetieth, TimeSpan Longest, IReadOnlyList<int> Buckets)
{
    /// <summary>No recovered streak.</summary>
    public static RecoveryTimes None { get; } = new(0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, []);

    /// <summary>The upper bounds of the buckets: 10 s, 30 s, 1, 2, 5, 10, 30 min, 1 h.</summary>
    public static IReadOnlyList<TimeSpan> Bounds { get; } =
    [
        TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1),
    ];
}

/// <summary>One minute of one resource.</summary>
/// <param name="Minute">Its beginning.</param>
/// <param name="Succeeded">Attempts that succeeded at once.</param>
/// <param name="Failed">Attempts that failed.</param>
/// <param name="Recovered">Streaks that ended with success.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AttemptMinute(DateTimeOffset Minute, long Succeeded, long Failed, long Recovered);
