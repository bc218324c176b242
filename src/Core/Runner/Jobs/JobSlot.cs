using System.Globalization;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>The moment a run is for, as the kinds of jobs that are no classes are told it.</summary>
internal static class JobSlot
{
    /// <summary>The slot; the start of the run for a job that does not backfill.</summary>
    public static DateTimeOffset Of(JobRun run) => (run.Slot ?? run.StartedAt).ToUniversalTime();

    /// <summary>The same as ISO 8601 with the zone UTC: <c>2014-09-05T07:00:00Z</c>.</summary>
    public static string Text(JobRun run) => Of(run).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
