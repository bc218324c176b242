using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Backfill;

/// <summary>A daily job that makes up for missed days, as of the morning of the samples: five days done, the sixth failing, one more owed.</summary>
internal static class SampleBacklogs
{
    public static readonly DateTimeOffset LastDone = Day(3);

    public static DateTimeOffset Day(int day) => new(2014, 9, day, 5, 0, 0, TimeSpan.Zero);

    public static JobDefinition Definition { get; } = new()
    {
        Name = "daily",
        Schedule = new Schedule("1d", "05:00", Backfills: true),
        CadenceKnown = Knowledge.Configured,
        BackfillsKnown = Knowledge.Configured,
    };

    public static ScheduleBook Book { get; } = ScheduleBook.Empty("demo") with { Jobs = [Definition], IsConfigured = true, AsOf = SampleJobs.Now };

    public static JobStanding Standing(int doneUpTo = 3, bool failing = true)
    {
        var error = failing ? new JobError("IOError", "no disk", "") : null;
        List<Run> runs = [.. Enumerable.Range(1, doneUpTo).Select(day => Run(day, Day(day).AddMinutes(4), Day(day), null))];
        if (failing)
        {
            runs.AddRange(Enumerable.Range(0, 3).Select(time => Run(50 + time, Day(doneUpTo + 1).AddMinutes(5 * (time + 1)), null, error)));
        }

        runs.Reverse();
        var job = new Job
        {
            Name = "daily",
            FirstRun = Day(1),
            LastRun = Day(4),
            LastSuccess = Day(doneUpTo),
            NextRun = SampleJobs.Now.AddMinutes(3),
            ErrorCount = failing ? 3 : 0,
            LastError = error,
        };
        return new JobStanding(job, JobHistory.Of(runs), failing ? JobState.Failing : JobState.Waiting, "Because.", null);
    }

    private static Run Run(int id, DateTimeOffset ended, DateTimeOffset? success, JobError? error) => new()
    {
        Id = id,
        Job = "daily",
        LogTime = ended,
        Duration = TimeSpan.FromSeconds(192),
        Outcome = error is null ? RunOutcome.Success : RunOutcome.Failure,
        Success = success,
        Error = error,
    };
}
