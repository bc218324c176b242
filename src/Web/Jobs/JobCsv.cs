using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Api;

namespace Dashboard.Web.Jobs;

/// <summary>Jobs and runs as tables to download.</summary>
internal static class JobCsv
{
    private static readonly IReadOnlyList<CsvColumn<JobStanding>> JobColumns =
    [
        new("app_name", standing => standing.Job.Name),
        new("state", standing => standing.State),
        new("because", standing => standing.Because),
        new("since", standing => standing.Since),
        new("next_run", standing => standing.Job.NextRun),
        new("first_run", standing => standing.Job.FirstRun),
        new("last_run", standing => standing.Job.LastRun),
        new("last_success", standing => standing.Job.LastSuccess),
        new("ongoing", standing => standing.Job.Ongoing),
        new("error_count", standing => standing.Job.ErrorCount),
        new("depends_on", standing => standing.Job.DependsOn),
        new("frequency", standing => standing.Definition?.Schedule?.Frequency),
        new("time", standing => standing.Definition?.Schedule?.Time),
        new("cadence_known", standing => standing.Definition?.CadenceKnown),
        new("usual_duration", standing => standing.History.UsualDuration),
        new("exc_type", standing => standing.Job.LastError?.Type),
        new("exc_value", standing => standing.Job.LastError?.Value),
    ];

    private static readonly IReadOnlyList<CsvColumn<Run>> RunColumns =
    [
        new("app_name", run => run.Job),
        new("id", run => run.Id),
        new("outcome", run => run.Outcome),
        new("log_time", run => run.LogTime),
        new("duration", run => run.Duration),
        new("success", run => run.Success),
        new("exc_type", run => run.Error?.Type),
        new("exc_value", run => run.Error?.Value),
    ];

    /// <summary>Some jobs of a snapshot.</summary>
    public static IResult Of(StandingsSnapshot standings, IEnumerable<JobStanding> jobs) =>
        new CsvAnswer<JobStanding>(Csv.FileName("jobs", standings.Source, standings.AsOf), JobColumns, jobs);

    /// <summary>A page of runs.</summary>
    public static IResult Of(string source, RunPage page) =>
        new CsvAnswer<Run>(Csv.FileName("runs", source, page.Runs.Count > 0 ? page.Runs[0].LogTime : null), RunColumns, page.Runs);
}
