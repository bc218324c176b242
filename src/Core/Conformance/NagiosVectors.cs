using System.Text.Json;
using Dashboard.Core.Monitoring;

namespace Dashboard.Core.Conformance;

/// <summary>Cases of <c>--nagios</c>.</summary>
internal static class NagiosVectors
{
    public static string? Nagios(VectorCase each)
    {
        var rows = each.List("rows").ToDictionary(row => row.Text("app_name")!, StringComparer.Ordinal);
        var answer = NagiosRule.Say(each.List("jobs").Select(job => Job(job, rows)));
        var differences = new Differences();
        differences.CompareErrors(answer.Error, each["error"]);
        differences.Compare("what is printed", answer.Error is null ? answer.Value.Text : string.Empty, each.Text("stdout"));
        differences.Compare("the exit code", answer.Error is null ? answer.Value.ExitCode : null, each["exit_code"].ValueKind == JsonValueKind.Null ? null : each["exit_code"].GetInt32());
        return differences.Said;
    }

    private static NagiosJob Job(VectorCase job, Dictionary<string, VectorCase> rows)
    {
        var configured = new NagiosJob(job.Text("app_name")!, job.Text("class_name")!, job["backfill"].GetBoolean());
        return rows.TryGetValue(configured.Name, out var row)
            ? configured with { ErrorCount = row.Has("error_count") ? row["error_count"].GetInt32() : null, LastError = RecordedRow.LastErrorText(row) }
            : configured;
    }
}
