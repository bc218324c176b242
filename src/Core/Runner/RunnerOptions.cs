using Dashboard.Core.Schedules;

namespace Dashboard.Core.Runner;

/// <summary>How a runner runs. The defaults are those of crontabber where it has any.</summary>
public sealed record RunnerOptions
{
    /// <summary>The most a setting <c>Runner:Parallel</c> may ask for: each running job takes connections.</summary>
    public const int MostParallel = 32;

    /// <summary>The source whose jobs are run, by its name here.</summary>
    public string Source { get; init; } = "default";

    /// <summary>Exactly crontabber's behaviour, its faults included: see the decisions 0013 and 0014.</summary>
    public bool Compat { get; init; }

    /// <summary><c>error_retry_time</c> and <c>max_ongoing_age_hours</c>.</summary>
    public SchedulerSettings Settings { get; init; } = SchedulerSettings.Crontabber;

    /// <summary>How many jobs that do not wait for one another run at once.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>A tick begins no further slot that people chose one by one once it has run such slots for so long: the rest is the next tick's.</summary>
    public TimeSpan Requested { get; init; } = RunnerLoop.Usual;

    /// <summary>How long the end of a run is tried to be written while somebody holds the job's row, or the database is away.</summary>
    public TimeSpan EndPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a running job's owner says that it is alive.</summary>
    public TimeSpan Beat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>An owner on another machine that was silent for longer is taken for dead.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a job may take to end once it was asked to.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);
}
