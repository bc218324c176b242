using System.Text.Json;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Conformance;

/// <summary>Cases of <c>time_to_run</c>, <c>_log_run</c>, <c>_set_ongoing_job</c> and <c>timesince</c>: what the row decides and what becomes of it.</summary>
internal static class RowVectors
{
    public static string? TimeToRun(VectorCase each)
    {
        var row = each.Has("row") ? RecordedRow.ToJob(new VectorCase(each["row"])) : null;
        var answer = DueRule.Ask(new Schedule("1d", each.Text("time"), Backfills: false), row, each.Now);
        var differences = new Differences();
        if (differences.CompareErrors(answer.Error, each["error"]))
        {
            differences.Compare("whether it is time", answer.Value.IsDue, each["time_to_run"].GetBoolean());
        }

        return differences.Said;
    }

    public static string? NextRun(VectorCase each)
    {
        var before = each.Has("row_before") ? RecordedRow.ToJob(new VectorCase(each["row_before"])) : null;
        var settings = SchedulerSettings.Crontabber with { ErrorRetry = TimeSpan.FromSeconds(each["error_retry_time"].GetDouble()) };
        var run = new EndedRun(each.Now, each.Moment("last_success_yielded"), each.Text("outcome") == "failure" ? Failure(each) : null);
        var after = NextRunRule.After(before, "job", [], new Schedule(each.Text("frequency")!, each.Text("time"), Backfills: false), settings, run);

        var differences = new Differences();
        differences.CompareErrors(after.Error, each["error"]);

        // What ends the bookkeeping leaves the row as it was.
        var row = after.Error is null ? after.Value : before;
        differences.Compare("next_run", row?.NextRun, each.Moment("next_run"));
        if (each.Has("row_after"))
        {
            CompareRows(differences, row, new VectorCase(each["row_after"]));
        }

        return differences.Said;
    }

    public static string? Ongoing(VectorCase each)
    {
        var settings = SchedulerSettings.Crontabber with { MaxOngoing = TimeSpan.FromHours(each["max_ongoing_age_hours"].GetDouble()) };
        var answer = LockRule.Ask(each.Moment("ongoing_before"), settings, each.Now);
        var differences = new Differences();
        differences.Compare("the outcome", answer.Outcome == LockOutcome.Refused ? "refused" : "taken", each.Text("outcome"));
        differences.Compare("the exception", answer.Error?.Type, each.Text("error"));
        differences.Compare("its message", answer.Error?.Message, each.Text("error_message"));
        differences.Compare("ongoing", answer.Outcome == LockOutcome.Refused ? each.Moment("ongoing_before") : each.Now, each.Moment("ongoing_after"));
        if (each.Has("log"))
        {
            differences.Compare("the log", answer.Remark("job") is { } remark ? [$"debug: {remark}"] : [], [.. each.List("log").Select(line => $"{line.Json[0]}: {line.Json[1]}")]);
        }

        return differences.Said;
    }

    public static string? TimeSince(VectorCase each)
    {
        var differences = new Differences();
        differences.Compare("the text", Schedules.TimeSince.Words(each.Moment("d")!.Value, each.Now), each.Text("text"));
        return differences.Said;
    }

    private static void CompareRows(Differences differences, Job? ours, VectorCase theirs)
    {
        differences.Compare("next_run afterwards", ours?.NextRun, theirs.Moment("next_run"));
        differences.Compare("first_run", ours?.FirstRun, theirs.Moment("first_run"));
        differences.Compare("last_run", ours?.LastRun, theirs.Moment("last_run"));
        differences.Compare("last_success", ours?.LastSuccess, theirs.Moment("last_success"));
        differences.Compare("ongoing", ours?.Ongoing, theirs.Moment("ongoing"));
        differences.Compare("depends_on", ours?.DependsOn ?? [], RecordedRow.Names(theirs));
        differences.Compare("error_count", ours is null || ours.Unreadable.ContainsKey("error_count") ? null : ours.ErrorCount, theirs.Has("error_count") ? theirs["error_count"].GetInt32() : null);
        var recorded = theirs.Has("last_error") ? LastErrorReading.Of(theirs["last_error"].GetRawText()) : null;
        differences.Compare("last_error", ours?.LastError is { } error ? $"{error.Type}: {error.Value}" : null, recorded is null ? null : $"{recorded.Type}: {recorded.Value}");
    }

    // The file does not say what the job failed with but in the row afterwards.
    private static JobError Failure(VectorCase each) =>
        (each.Has("row_after") && new VectorCase(each["row_after"]) is var row && row.Has("last_error") ? LastErrorReading.Of(row["last_error"].GetRawText()) : null)
        ?? new JobError("Exception", string.Empty, string.Empty);
}
