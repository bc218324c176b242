using System.Text.Json;

namespace Dashboard.Core.Conformance;

/// <summary>A kind of vectors file: how to know it, and how to put one case to our rules.</summary>
/// <param name="Name">What the real program's function is called here, and what such files are called.</param>
/// <param name="Fields">The fields that together only this kind has.</param>
/// <param name="Difference">What our answer differs in; null when in nothing.</param>
internal sealed record VectorFormat(string Name, string[] Fields, Func<VectorCase, string?> Difference)
{
    /// <summary>Every kind.</summary>
    public static IReadOnlyList<VectorFormat> All { get; } =
    [
        new("backfill", ["expected_runs", "backfill", "info"], BackfillVectors.Crontabber),
        new("socorro-run-times", ["expected_runs", "job_spec"], BackfillVectors.Socorro),
        new("dependency", ["depends_on_attribute", "rows"], DependencyVectors.Parents),
        new("toposort", ["jobs", "order"], DependencyVectors.Order),
        new("nagios", ["jobs", "stdout", "exit_code"], NagiosVectors.Nagios),
        new("next-run", ["outcome", "row_before", "error_retry_time"], RowVectors.NextRun),
        new("ongoing", ["outcome", "ongoing_before", "max_ongoing_age_hours"], RowVectors.Ongoing),
        new("python2-reprs", ["exc_type", "exc_value", "last_error_value"], ExceptionVectors.Reprs),
        new("time-to-run", ["time_to_run", "row"], RowVectors.TimeToRun),
        new("timesince", ["d", "now", "text"], RowVectors.TimeSince),
        new("frequency", ["fn"], DefinitionVectors.Crontabber),
        new("socorro-frequency", ["fn"], DefinitionVectors.Socorro),
    ];

    /// <summary>The kind whose fields the first case has; null when none. What looks alike is told apart by the file's words about itself.</summary>
    public static VectorFormat? Find(IReadOnlyList<VectorCase> cases, string about, string fileName)
    {
        if (cases.Count == 0)
        {
            return All.Where(format => fileName.StartsWith(format.Name, StringComparison.Ordinal)).MaxBy(format => format.Name.Length);
        }

        var first = cases[0].Json;
        var alike = first.ValueKind == JsonValueKind.Object ? All.Where(format => Array.TrueForAll(format.Fields, field => first.TryGetProperty(field, out _))).ToList() : [];
        if (alike.Count <= 1)
        {
            return alike.FirstOrDefault();
        }

        var socorro = about.Contains("crashstats", StringComparison.Ordinal)
            || (about.Length == 0 && fileName.StartsWith("socorro", StringComparison.Ordinal))
            || cases.Any(each => each.Text("fn") is "convert_time" or "time_to_run");
        return alike.Find(format => format.Name.StartsWith("socorro", StringComparison.Ordinal) == socorro);
    }
}
