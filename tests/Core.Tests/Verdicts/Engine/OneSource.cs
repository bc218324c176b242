using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Core.Tests.Verdicts.Engine;

/// <summary>What is known of one source, made by hand for a test of the rules.</summary>
internal static class OneSource
{
    /// <summary>These jobs, all configured with the same schedule; a tick does with each what its standing says, or nothing.</summary>
    public static VerdictFacts Facts(IReadOnlyList<JobStanding> standings, DateTimeOffset now, string frequency = "1h", string? time = null)
    {
        var defined = standings.Select(standing => standing with { Definition = new JobDefinition { Name = standing.Job.Name, Schedule = new Schedule(frequency, time, Backfills: false), CadenceKnown = Knowledge.Configured } }).ToArray();
        return new VerdictFacts
        {
            Standings = StandingsSnapshot.Empty("test") with { Jobs = defined, AsOf = now },
            Tick = TickSnapshot.Empty("test") with { Jobs = [.. defined.Select(standing => standing.Tick ?? new JobTick(standing.Job.Name, TickOutcome.NotDue, ""))] },
            Backlogs = BacklogSnapshot.Empty("test"),
            Book = ScheduleBook.Empty("test"),
        };
    }

    /// <summary>A run that ended at a moment, well without an error.</summary>
    public static Run Run(long id, DateTimeOffset at, JobError? error, double seconds = 5) => new()
    {
        Id = id, Job = "job", LogTime = at, Duration = TimeSpan.FromSeconds(seconds), Success = error is null ? at : null, Outcome = error is null ? RunOutcome.Success : RunOutcome.Failure, Error = error,
    };
}
