using System.Runtime.CompilerServices;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;

namespace Dashboard.Core.Failures;

/// <summary>What was read of the records for one snapshot.</summary>
/// <param name="Groups">The groups, without counts.</param>
/// <param name="Counts">Their failures in the last seven days.</param>
/// <param name="Streaks">Of the jobs failing now.</param>
/// <param name="AsOf">The moment the counts are of.</param>
internal sealed record RecordedFailures(IReadOnlyList<FailureGroup> Groups, IReadOnlyList<FailureCount> Counts, IReadOnlyList<FailureStreak> Streaks, DateTimeOffset AsOf)
{
    /// <summary>Nothing read.</summary>
    public static RecordedFailures None { get; } = new([], [], [], DateTimeOffset.MinValue);
}

/// <summary>Makes one picture of what is recorded and what the rows say now. A job fails now with what stands in its row.</summary>
internal sealed class FailuresFold(FrameRule frames)
{
    private readonly ConditionalWeakTable<JobError, Fingerprint> prints = [];

    /// <summary>The jobs failing now, with the group of each.</summary>
    public IReadOnlyList<(JobStanding Standing, Fingerprint Print)> FailingNow(StandingsSnapshot standings) =>
        [.. standings.Jobs.Where(standing => standing.Job.LastError is not null).Select(standing => (standing, prints.GetValue(standing.Job.LastError!, error => Fingerprint.Of(error, frames))))];

    /// <summary>The snapshot after another; that same object when nothing differs.</summary>
    public FailuresSnapshot Next(FailuresSnapshot before, RecordedFailures recorded, StandingsSnapshot standings, RecordsNow records, DateTimeOffset now)
    {
        var failing = FailingNow(standings).ToLookup(job => job.Print.Id, StringComparer.Ordinal);
        var counts = recorded.Counts.ToLookup(count => count.Fingerprint, StringComparer.Ordinal);
        var streaks = recorded.Streaks.ToDictionary(streak => (streak.Job, streak.Fingerprint), streak => streak);
        var old = before.Groups.ToDictionary(group => group.Print.Id, StringComparer.Ordinal);
        var known = recorded.Groups.Select(group => group.Print.Id).ToHashSet(StringComparer.Ordinal);

        // What stands in a row but not in the records: they are away, or not that far yet.
        var unrecorded = failing.Where(group => !known.Contains(group.Key)).Select(group => new FailureGroup { Print = group.First().Print, Kind = FailureKindRule.Of(group.First().Standing.Job.LastError!) });
        var groups = recorded.Groups.Concat(unrecorded)
            .Select(group => Counted(group, counts[group.Print.Id], failing[group.Print.Id], streaks))
            .Select(group => old.TryGetValue(group.Print.Id, out var same) && same == group ? same : group)
            .OrderByDescending(group => group.FailingNow)
            .ThenByDescending(group => group.LastSeen)
            .ThenBy(group => group.Print.Id, StringComparer.Ordinal)
            .Take(FailuresSnapshot.MostGroups)
            .ToArray();
        var next = new FailuresSnapshot
        {
            Source = before.Source,
            Groups = groups,
            AsOf = now,
            Since = records.Reach?.Since,
            Progress = records.Reach?.Progress ?? 0,
            More = recorded.Groups.Count > FailuresSnapshot.MostGroups,
            Notice = records.Notice,
        };
        return before.AsOf is not null && before.Since == next.Since && before.Progress.Equals(next.Progress) && before.More == next.More && before.Notice == next.Notice
            && before.Groups.SequenceEqual(groups, ReferenceEqualityComparer.Instance) ? before : next;
    }

    private static FailureGroup Counted(
        FailureGroup group,
        IEnumerable<FailureCount> counts,
        IEnumerable<(JobStanding Standing, Fingerprint Print)> failing,
        Dictionary<(string, string), FailureStreak> streaks)
    {
        var trend = new int[FailureGroup.TrendSteps];
        var (hour, day, week) = (0, 0, 0);
        var jobs = new Dictionary<string, FailedJob>(StringComparer.Ordinal);
        foreach (var count in counts)
        {
            (hour, day, week) = (hour + count.LastHour, day + count.LastDay, week + count.Count);
            trend[count.Step] += count.Count;
            jobs[count.Job] = jobs.TryGetValue(count.Job, out var hit)
                ? hit with { LastWeek = hit.LastWeek + count.Count, LastSeen = count.LastSeen }
                : new FailedJob(count.Job, count.Count, count.LastSeen, FailingNow: false, 0, null);
        }

        foreach (var (standing, _) in failing)
        {
            var name = standing.Job.Name;
            var streak = streaks.GetValueOrDefault((RecordName.Of(name), group.Print.Id));
            var hit = jobs.GetValueOrDefault(RecordName.Of(name)) ?? new FailedJob(name, 0, null, true, 0, null);
            jobs[RecordName.Of(name)] = hit with { Name = name, FailingNow = true, Streak = Math.Max(streak?.Runs ?? 0, 1), Since = streak?.Since };
        }

        if (jobs.Count == 0 && group.Sample is { } sample)
        {
            jobs[sample.Job] = new FailedJob(sample.Job, 0, group.LastSeen, FailingNow: false, 0, null);
        }

        return group with
        {
            LastHour = hour,
            LastDay = day,
            LastWeek = week,
            Trend = trend,
            JobCount = jobs.Count,
            Jobs = [.. jobs.Values.OrderByDescending(job => job.FailingNow).ThenBy(job => job.Name, StringComparer.Ordinal).Take(FailureGroup.MostJobs)],
        };
    }
}
