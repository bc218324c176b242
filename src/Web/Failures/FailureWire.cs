using Dashboard.Core.Failures;
using Dashboard.Core.Sources;
using Dashboard.Web.Api;
using Dashboard.Web.Jobs;
using Dashboard.Web.Sources;

namespace Dashboard.Web.Failures;

/// <summary>Groups of failures of one source.</summary>
/// <param name="Source">The source.</param>
/// <param name="State">Whether this is the present.</param>
/// <param name="AsOf">The observed database's clock the counts are of.</param>
/// <param name="RecordedSince">How far back the records go; null when nothing is recorded yet.</param>
/// <param name="Progress">From 0 to 1 while older runs are still being recorded.</param>
/// <param name="More">True when there are more groups than the 500 kept here.</param>
/// <param name="Notice">Why something is missing, in one sentence; null when nothing is.</param>
/// <param name="FailingNow">How many of all groups fail now.</param>
/// <param name="Total">How many groups there are, whatever was filtered.</param>
/// <param name="Groups">Those that match, failing now first, then the latest seen first.</param>
public sealed record FailureListWire(
    string Source, SourceState State, DateTimeOffset? AsOf, DateTimeOffset? RecordedSince, double Progress, bool More, string? Notice, int FailingNow, int Total, IReadOnlyList<FailureGroupWire> Groups)
{
    /// <summary>The groups of a snapshot that match.</summary>
    internal static FailureListWire Of(SourceNow shown, FailuresSnapshot failures, IEnumerable<FailureGroup> matching) => new(
        failures.Source, shown.Status.State, failures.AsOf, failures.Since, Math.Round(failures.Progress, 4), failures.More, failures.Notice, failures.Groups.Count(group => group.FailingNow), failures.Groups.Count,
        [.. matching.Select(group => FailureGroupWire.Of(failures.Source, group, whole: false))]);
}

/// <summary>Failures that are the same to people.</summary>
public sealed record FailureGroupWire
{
    /// <summary>Stable: a version and sixteen hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Whether a job's latest run failed so.</summary>
    public required bool FailingNow { get; init; }

    /// <summary>The exception's class; empty when unknown.</summary>
    public required string ExcType { get; init; }

    /// <summary>The message without numbers, ids, addresses and quoted values.</summary>
    public required string Pattern { get; init; }

    /// <summary>The nearest frame of the operator's own code; empty when the error has none.</summary>
    public required string Place { get; init; }

    /// <summary>What kind of trouble it is.</summary>
    public required FailureClass Class { get; init; }

    /// <summary>An SQLSTATE, an errno, an HTTP status or a service's own code; null when none can be told.</summary>
    public string? Code { get; init; }

    /// <summary>How the class was told.</summary>
    public required string Because { get; init; }

    /// <summary>What heals it, in one sentence.</summary>
    public required string Meaning { get; init; }

    /// <summary>How many in the last hour.</summary>
    public required int LastHour { get; init; }

    /// <summary>How many in the last 24 hours.</summary>
    public required int LastDay { get; init; }

    /// <summary>How many in the last seven days.</summary>
    public required int LastWeek { get; init; }

    /// <summary>How many in each six hours of the last seven days, oldest first.</summary>
    public required IReadOnlyList<int> Trend { get; init; }

    /// <summary>When the first known one ended; null when only a job's row tells of it.</summary>
    public DateTimeOffset? FirstSeen { get; init; }

    /// <summary>When the latest one ended.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>How many jobs it hit in the last seven days or hits now.</summary>
    public required int JobCount { get; init; }

    /// <summary>Those jobs, at most 50, failing now first.</summary>
    public required IReadOnlyList<FailedJobWire> Jobs { get; init; }

    /// <summary>The latest one, without secrets; in a list without its frames. Null when only a job's row tells of it.</summary>
    public ErrorWire? Sample { get; init; }

    /// <summary>The address of this group.</summary>
    public required string Url { get; init; }

    /// <summary>A group on the wire.</summary>
    internal static FailureGroupWire Of(string source, FailureGroup group, bool whole) => new()
    {
        Fingerprint = group.Print.Id,
        FailingNow = group.FailingNow,
        ExcType = group.Print.Type,
        Pattern = group.Print.Pattern,
        Place = group.Print.Place,
        Class = group.Kind.Class,
        Code = group.Kind.Code,
        Because = group.Kind.Because,
        Meaning = group.Kind.Class.Meaning(),
        LastHour = group.LastHour,
        LastDay = group.LastDay,
        LastWeek = group.LastWeek,
        Trend = group.Trend,
        FirstSeen = group.FirstSeen,
        LastSeen = group.LastSeen,
        JobCount = group.JobCount,
        Jobs = [.. group.Jobs.Select(job => new FailedJobWire(job.Name, job.FailingNow, job.Streak, job.Since, job.LastWeek, job.LastSeen))],
        Sample = group.Sample is { } sample ? ErrorWire.Of(sample.Error, whole ? int.MaxValue : 1_000, whole) : null,
        Url = $"/api/v1/failures/{group.Print.Id}?source={PathName.Segment(source)}",
    };
}

/// <summary>A job hit by failures of one group.</summary>
/// <param name="AppName">The job.</param>
/// <param name="FailingNow">Whether its latest run failed so.</param>
/// <param name="Streak">How many runs in a row failed so; 0 when it is not failing.</param>
/// <param name="Since">When the first of those ended.</param>
/// <param name="LastWeek">How many in the last seven days.</param>
/// <param name="LastSeen">When the latest ended.</param>
public sealed record FailedJobWire(string AppName, bool FailingNow, int Streak, DateTimeOffset? Since, int LastWeek, DateTimeOffset? LastSeen);

/// <summary>One group at its own address.</summary>
/// <param name="Source">The source.</param>
/// <param name="State">Whether this is the present.</param>
/// <param name="AsOf">The observed database's clock the counts are of.</param>
/// <param name="Group">The group.</param>
public sealed record FailureDetailWire(string Source, SourceState State, DateTimeOffset? AsOf, FailureGroupWire Group);
