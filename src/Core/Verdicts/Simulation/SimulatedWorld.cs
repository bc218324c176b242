using Dashboard.Core.Dependencies;
using Dashboard.Core.Retries;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>A job of the simulated world.</summary>
public sealed record SimulatedJob
{
    /// <summary><c>app_name</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How often, in crontabber's words: <c>1h</c>.</summary>
    public required string Frequency { get; init; }

    /// <summary>At what time of day, UTC; null for none.</summary>
    public string? Time { get; init; }

    /// <summary>Whether it makes up for slots it missed.</summary>
    public bool Backfills { get; init; }

    /// <summary>Its parents.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>The resources it uses, in that order.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>The median length of a run, in seconds.</summary>
    public double UsualSeconds { get; init; } = 10;

    /// <summary>How much runs differ: the standard deviation of the length's logarithm.</summary>
    public double Spread { get; init; } = 0.25;

    /// <summary>When it runs, in the scheduler's terms.</summary>
    internal Schedule Schedule => new(Frequency, Time, Backfills);

    /// <summary>The distance of its runs.</summary>
    internal TimeSpan Interval => Schedule.Interval is { Error: null, Value: var interval } ? interval : throw new InvalidDataException($"The job '{Name}' has the frequency '{Frequency}', which is none.");

    /// <summary>What 95 of 100 runs keep to.</summary>
    internal TimeSpan LongRun => TimeSpan.FromSeconds(UsualSeconds * Math.Exp(1.645 * Spread));
}

/// <summary>Something outside that jobs use through an executor.</summary>
public sealed record SimulatedResource
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its kind, as in <see cref="RetryEvent.Backend"/>.</summary>
    public required string Backend { get; init; }

    /// <summary>How its executor tries again.</summary>
    public ExecutorKind Executor { get; init; }
}

/// <summary>A world to simulate: who runs when and needs what. In a file: <c>world.json</c>.</summary>
public sealed record SimulatedWorld
{
    /// <summary>The seed that lengths of runs follow from.</summary>
    public required long Seed { get; init; }

    /// <summary>The first moment, UTC.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>For how many days.</summary>
    public required int Days { get; init; }

    /// <summary>How often cron begins a tick, in seconds.</summary>
    public int TickSeconds { get; init; } = 300;

    /// <summary>How long executors wait between attempts, in seconds.</summary>
    public IReadOnlyList<double> BackoffDelays { get; init; } = [10, 30, 60, 120, 300];

    /// <summary>The jobs.</summary>
    public required IReadOnlyList<SimulatedJob> Jobs { get; init; }

    /// <summary>The resources.</summary>
    public IReadOnlyList<SimulatedResource> Resources { get; init; } = [];

    /// <summary>The first moment that is not simulated any more.</summary>
    internal DateTimeOffset End => Start.AddDays(Days);

    /// <summary>The distance of ticks.</summary>
    internal TimeSpan Tick => TimeSpan.FromSeconds(TickSeconds);

    /// <summary>Run order.</summary>
    internal RunOrder Order => RunOrder.Of(Jobs.Select(job => new JobNode(job.Name, job.DependsOn)));

    /// <summary>What a dashboard that was given the configuration knows of it.</summary>
    public ScheduleBook Book(string source) => new()
    {
        Source = source,
        IsConfigured = true,
        Settings = SchedulerSettings.For(Flavour.Crontabber),
        AsOf = Start,
        Jobs =
        [
            .. Jobs.Select((job, place) => new JobDefinition
            {
                Name = job.Name,
                Place = place,
                ClassPath = $"simulated.{job.Name}",
                Schedule = job.Schedule,
                CadenceKnown = Knowledge.Configured,
                BackfillsKnown = Knowledge.Configured,
                DependsOn = job.DependsOn,
                DependsOnKnown = Knowledge.Configured,
            }),
        ],
    };
}
