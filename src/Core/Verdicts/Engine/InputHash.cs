using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Failures;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>A hash of what one job's verdict was made of: its row, its runs, what the tick does with it, what it owes, its retries, the deadline, what is known of such failures, and the settings.</summary>
internal static class InputHash
{
    private const int Version = 1;

    /// <summary>Sixteen hexadecimal digits.</summary>
    public static string Of(JobCase job)
    {
        var text = new StringBuilder(2_000);
        var (row, standing, tick) = (job.Job, job.Standing, job.Tick);
        Add(Version);
        Add(row.Name);
        foreach (var moment in new[] { row.NextRun, row.FirstRun, row.LastRun, row.LastSuccess, row.Ongoing })
        {
            AddMoment(moment);
        }

        Add(row.ErrorCount);
        Add(row.LastError?.Type);
        Add(row.LastError?.Value);
        Add(standing.State);
        foreach (var run in standing.History.Runs)
        {
            Add(run.Id);
            AddMoment(run.LogTime);
            Add(run.Outcome);
            Add(run.Duration?.Ticks);
        }

        Add(tick?.Outcome);
        Add(tick?.Root);
        AddMoment(tick?.LockTakenOverFrom);
        Add(job.Backlog?.State);
        Add(job.Backlog?.Owed.Count);
        AddMoment(job.Backlog?.Eta?.At);
        Add(job.Retrying?.Attempts);
        Add(job.Retrying?.Who.Resource);
        AddMoment(job.Retrying?.NextAttemptAt);
        AddMoment(job.Deadline.Effective);
        Add(job.Deadline.For);
        if (job.IsFailing)
        {
            for (var failures = 1; failures <= HealCounts.Pooled; failures++)
            {
                Add(job.Model.Runs.Hazard(job.Name, job.Kind.Class, failures));
            }
        }

        Add(job.Grid.Step.Ticks);
        Add(job.Grid.LongStep.Ticks);
        Add(job.Settings.Words);
        Add(job.Settings.LeastTolerance.Ticks);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));

        void Add<T>(T value) => text.Append(Convert.ToString(value, CultureInfo.InvariantCulture)).Append('\n');

        void AddMoment(DateTimeOffset? moment) => Add(moment?.UtcTicks);
    }
}
