using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Npgsql;

namespace Dashboard.Core.Schedules;

/// <summary>
/// For a job of one source that has failed for so long that all its recent runs are retries: the runs up to its last success, from the dashboard's own records.
/// A few jobs at a time are asked for, and each once for a success; while the records do not go back so far, once in a while.
/// </summary>
internal sealed class OlderRuns(string source, IRunRecords? records, TimeProvider clock)
{
    /// <summary>So many jobs are asked for in a turn.</summary>
    public const int MostJobs = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly Dictionary<string, Answer> known = new(StringComparer.Ordinal);

    /// <summary>The runs, with older ones in the place of those that tell nothing.</summary>
    public RunsSnapshot With(RunsSnapshot recent)
    {
        var older = known.Where(job => job.Value.History.Runs.Count > 0 && OnlyFails(recent.Of(job.Key))).ToArray();
        if (older.Length == 0)
        {
            return recent;
        }

        var byJob = new Dictionary<string, JobHistory>(recent.ByJob, StringComparer.Ordinal);
        foreach (var (job, answer) in older)
        {
            byJob[job] = answer.History;
        }

        return recent with { ByJob = byJob };
    }

    /// <summary>Asks for the jobs of which the book knows no schedule.</summary>
    /// <returns>Whether anything was found, so that the book is to be made anew.</returns>
    public async Task<bool> AskAsync(ScheduleBook book, JobsSnapshot rows, RunsSnapshot recent, CancellationToken cancellationToken)
    {
        if (records is null)
        {
            return false;
        }

        var unknown = book.Jobs.Where(job => job.Schedule is null && OnlyFails(recent.Of(job.Name))).Select(job => job.Name).ToHashSet(StringComparer.Ordinal);
        var (found, now) = (false, clock.GetUtcNow());
        foreach (var row in rows.Jobs.Where(row => unknown.Contains(row.Name) && row.LastSuccess is { } success && IsToBeAsked(row.Name, success, now)).Take(MostJobs).ToArray())
        {
            // Up to the slot of the last success there are few failures, behind it nothing else.
            var success = row.LastSuccess!.Value;
            IReadOnlyList<RecordedRun> runs = [];
            try
            {
                runs = await records.EndedAsync(source, row.Name, DateTimeOffset.MinValue, success < DateTimeOffset.MaxValue.AddDays(-1) ? success.AddMinutes(1) : success, JobHistory.Kept, cancellationToken);
            }
            catch (NpgsqlException)
            {
                // The records are away: as if they held nothing.
            }

            found |= runs.Count > 0;
            known[row.Name] = new Answer(success, now, JobHistory.Of([.. runs.Select(Seen)]));
        }

        return found;
    }

    private static bool OnlyFails(JobHistory history) => history.Runs.Count == JobHistory.Kept && history.Runs.All(run => run.Outcome != RunOutcome.Success);

    private bool IsToBeAsked(string job, DateTimeOffset success, DateTimeOffset now) =>
        !known.TryGetValue(job, out var answer) || answer.Success != success || (answer.History.Runs.Count == 0 && now - answer.At >= Patience);

    private static Run Seen(RecordedRun run) => new() { Id = run.Id, Job = run.Job, LogTime = run.LogTime, Duration = run.Duration, Success = run.Success, Outcome = run.Outcome };

    private sealed record Answer(DateTimeOffset Success, DateTimeOffset At, JobHistory History);
}
