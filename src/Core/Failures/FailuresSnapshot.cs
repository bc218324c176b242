namespace Dashboard.Core.Failures;

/// <summary>A job hit by failures of one group.</summary>
/// <param name="Name">The job.</param>
/// <param name="LastWeek">How many of its runs failed so in the last seven days.</param>
/// <param name="LastSeen">When the latest of them ended.</param>
/// <param name="FailingNow">Whether its latest run failed so.</param>
/// <param name="Streak">How many runs in a row failed so up to now; 0 when it is not failing.</param>
/// <param name="Since">When the first of those ended; null when not failing or not recorded.</param>
public sealed record FailedJob(string Name, int LastWeek, DateTimeOffset? LastSeen, bool FailingNow, int Streak, DateTimeOffset? Since);

/// <summary>One failure of a group with its texts.</summary>
/// <param name="Id">The log's id.</param>
/// <param name="Job">The job.</param>
/// <param name="Error">Class, message and the last frames; without secrets.</param>
public sealed record FailureSample(long Id, string Job, Jobs.JobError Error);

/// <summary>Failures that are the same to people: class, message without what differs, and the nearest frame of the operator's own code.</summary>
public sealed record FailureGroup
{
    /// <summary>What they have in common.</summary>
    public required Fingerprint Print { get; init; }

    /// <summary>What kind of trouble it is.</summary>
    public required FailureKind Kind { get; init; }

    /// <summary>When the first known one ended, by the observed database's clock.</summary>
    public DateTimeOffset? FirstSeen { get; init; }

    /// <summary>When the latest one ended.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>How many in the last hour.</summary>
    public int LastHour { get; init; }

    /// <summary>How many in the last 24 hours.</summary>
    public int LastDay { get; init; }

    /// <summary>How many in the last seven days.</summary>
    public int LastWeek { get; init; }

    /// <summary>How many in each <see cref="TrendStep"/> of the last seven days, oldest first.</summary>
    public IReadOnlyList<int> Trend { get; init; } = [];

    /// <summary>The jobs hit, those failing now first, then by name; of very many the first <see cref="MostJobs"/>.</summary>
    public IReadOnlyList<FailedJob> Jobs { get; init; } = [];

    /// <summary>How many jobs were hit in the last seven days or fail now.</summary>
    public int JobCount { get; init; }

    /// <summary>The latest one; null when only the row of a job tells of it.</summary>
    public FailureSample? Sample { get; init; }

    /// <summary>How many jobs are listed at most.</summary>
    public const int MostJobs = 50;

    /// <summary>How many parts the last seven days are shown in.</summary>
    public const int TrendSteps = 28;

    /// <summary>One of those parts.</summary>
    public static readonly TimeSpan TrendStep = TimeSpan.FromHours(6);

    /// <summary>Whether a job fails with this now.</summary>
    public bool FailingNow => Jobs.Any(job => job.FailingNow);

    /// <inheritdoc/>
    public bool Equals(FailureGroup? other) =>
        other is not null && Print == other.Print && Kind == other.Kind && FirstSeen == other.FirstSeen && LastSeen == other.LastSeen
        && (LastHour, LastDay, LastWeek, JobCount) == (other.LastHour, other.LastDay, other.LastWeek, other.JobCount)
        && Sample == other.Sample && Trend.SequenceEqual(other.Trend) && Jobs.SequenceEqual(other.Jobs);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Print, LastSeen, LastWeek);
}

/// <summary>The failures of one source in groups. A group that did not change is the same object as before.</summary>
public sealed record FailuresSnapshot
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Those failing now first, then the latest seen first; of very many the first <see cref="MostGroups"/>.</summary>
    public required IReadOnlyList<FailureGroup> Groups { get; init; }

    /// <summary>The observed database's clock the counts are of; null before the first reading.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>How far back the records go; null when nothing is recorded yet.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>From 0 to 1 while older runs are still being recorded.</summary>
    public double Progress { get; init; }

    /// <summary>True when there are more groups than shown.</summary>
    public bool More { get; init; }

    /// <summary>Why something is missing, in one sentence; null when nothing is.</summary>
    public string? Notice { get; init; }

    /// <summary>How many groups are kept here.</summary>
    public const int MostGroups = 500;

    /// <summary>The group of that id, or null.</summary>
    public FailureGroup? Find(string id) => Groups.FirstOrDefault(group => group.Print.Id == id);

    /// <summary>The group a job fails with now, or null.</summary>
    public FailureGroup? FailingWith(string job) => Groups.FirstOrDefault(group => group.Jobs.Any(hit => hit.FailingNow && hit.Name == job));

    /// <summary>Nothing read yet.</summary>
    public static FailuresSnapshot Empty(string source) => new() { Source = source, Groups = [] };
}
