using System.Text.Json;
using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Conformance;

/// <summary>Cases of <c>BaseCronApp.main</c> and of Socorro's <c>get_run_times</c>: which moments a run is for.</summary>
internal static class BackfillVectors
{
    private const int Most = 1_000_000;

    public static string? Crontabber(VectorCase each)
    {
        var schedule = new Schedule(each.Text("frequency")!, each.Text("time"), each["backfill"].GetBoolean());
        var differences = new Differences();
        var times = RunTimesRule.For(schedule, Row(each), each.Now);
        Compare(differences, times, each);
        if (each.Has("run_argument"))
        {
            var arguments = times.Slots.Window(0, Most).Select(slot => schedule.Backfills ? slot : (DateTimeOffset?)null).ToList();
            differences.Compare("what run() receives", arguments, [.. each.List("run_argument").Select(Moment)]);
        }

        if (each.Has("log"))
        {
            differences.Compare("the log", times.Warning is null ? [] : [$"warning: {times.Warning}"], [.. each.List("log").Select(line => $"{line.Json[0]}: {line.Json[1]}")]);
        }

        return differences.Said;
    }

    public static string? Socorro(VectorCase each)
    {
        var specification = new VectorCase(each["job_spec"]);
        var schedule = new Schedule(
            specification.Text("frequency") ?? Frequency.SocorroDefault, specification.Text("time"), specification.Has("backfill") && specification["backfill"].GetBoolean(), Flavour.Socorro);
        var differences = new Differences();
        Compare(differences, RunTimesRule.For(schedule, new Job { Name = specification.Text("cmd") ?? "job", LastSuccess = each.Moment("last_success") }, each.Now), each);
        return differences.Said;
    }

    private static void Compare(Differences differences, RunTimes times, VectorCase each)
    {
        differences.CompareErrors(times.Error, each["error"]);
        differences.Compare("the slots", times.Slots.Window(0, Most).ToList(), [.. each.List("expected_runs").Select(slot => slot.Json.GetDateTimeOffset())]);
    }

    // What the job is told of its row. Nothing at all and an empty row are the same to it; only where the key last_success is missing, as in
    // the state files before there was a database, does first_run take its place.
    private static Job? Row(VectorCase each)
    {
        if (!each.Has("info") || !each["info"].EnumerateObject().Any())
        {
            return null;
        }

        var info = new VectorCase(each["info"]);
        var known = info.Json.TryGetProperty("last_success", out _) ? "last_success" : "first_run";
        return new Job { Name = "job", FirstRun = info.Moment("first_run"), LastSuccess = info.Moment(known) };
    }

    private static DateTimeOffset? Moment(VectorCase value) => value.Json.ValueKind == JsonValueKind.Null ? null : value.Json.GetDateTimeOffset();
}
