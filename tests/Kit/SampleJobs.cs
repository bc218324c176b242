using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;

namespace Dashboard.Kit;

/// <summary>Facts for tests that need no database: a source called <c>demo</c> and jobs in every state, as of one moment.</summary>
public static class SampleJobs
{
    /// <summary>The database's clock in these samples.</summary>
    public static readonly DateTimeOffset Now = new(2014, 9, 5, 9, 7, 0, TimeSpan.Zero);

    /// <summary>The observed database.</summary>
    public static Source Source { get; } = new("demo", "Host=db.example;Database=prod;Password=secret", "db.example:5432/prod");

    /// <summary>Being read, by decoding.</summary>
    public static SourceStatus Live { get; } = new() { Source = Source, State = SourceState.Live, Mode = CaptureMode.Logical, AsOf = Now, ReadAt = Now };

    /// <summary>A job in a state, with some runs.</summary>
    public static JobStanding Standing(string name, JobState state = JobState.Waiting, JobError? error = null, int runs = 3, params string[] parents)
    {
        var failing = state is JobState.Failing;
        error ??= failing ? new JobError("ValueError", "bad number", "") : null;
        var job = new Job
        {
            Name = name,
            NextRun = state is JobState.Overdue ? Now.AddHours(-2) : Now.AddMinutes(55),
            FirstRun = Now.AddDays(-8),
            LastRun = Now.AddMinutes(-5),
            LastSuccess = Now.AddMinutes(failing ? -65 : -5),
            Ongoing = state is JobState.Running ? Now.AddSeconds(-72) : state is JobState.StuckLock ? Now.AddHours(-11) : null,
            ErrorCount = failing ? 4 : 0,
            LastError = error,
            DependsOn = parents,
        };
        return new JobStanding(job, History(name, runs, failing ? error : null), state, $"Because it is {state}.", Now.AddMinutes(-5));
    }

    /// <summary>Some hourly runs of a job; with an error, the newest of them failed.</summary>
    public static JobHistory History(string job, int runs, JobError? error = null) => JobHistory.Of(
    [
        .. Enumerable.Range(0, runs).Select(i => new Run
        {
            Id = 1000 - i,
            Job = job,
            LogTime = Now.AddHours(-i),
            Duration = TimeSpan.FromSeconds(10 + i),
            Outcome = error is not null && i == 0 ? RunOutcome.Failure : RunOutcome.Success,
            Success = error is not null && i == 0 ? null : Now.AddHours(-i),
            Error = i == 0 ? error : null,
        }),
    ]);

    /// <summary>A snapshot of these jobs.</summary>
    public static StandingsSnapshot Snapshot(params IEnumerable<JobStanding> jobs) => new()
    {
        Source = Source.Name,
        Jobs = [.. jobs.OrderBy(standing => standing.Job.Name, StringComparer.Ordinal)],
        AsOf = Now,
        Sequence = 1,
        RunsSince = Now.AddDays(-8),
        RunsWhole = true,
    };

    /// <summary>One job in each state.</summary>
    public static StandingsSnapshot OneOfEach() =>
        Snapshot(Enum.GetValues<JobState>().Select(state => Standing($"a-{state}", state)));
}
