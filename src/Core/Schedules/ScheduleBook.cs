using Dashboard.Core.Configuration;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>All that is known of the schedules of one source. A definition that did not change is the same object as before.</summary>
public sealed record ScheduleBook
{
    private readonly Lazy<Dictionary<string, JobDefinition>> byName = null!;

    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>The jobs: as configured and in that order; without a configuration every row, in name order.</summary>
    public required IReadOnlyList<JobDefinition> Jobs
    {
        get;
        init
        {
            field = value;
            byName = new(() => value.DistinctBy(job => job.Name).ToDictionary(job => job.Name, StringComparer.Ordinal));
        }
    }

    /// <summary>True when a configuration was read: then a row that is not in it is a ghost.</summary>
    public bool IsConfigured { get; init; }

    /// <summary>The scheduler's own settings, or its flavour's defaults.</summary>
    public SchedulerSettings Settings { get; init; } = SchedulerSettings.Crontabber;

    /// <summary>What is wrong with the configuration.</summary>
    public IReadOnlyList<ConfigurationFault> Faults { get; init; } = [];

    /// <summary>The database's clock at the reading behind it; null before the first.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Grows by one with each book of a source that differs from the one before.</summary>
    public long Sequence { get; init; }

    /// <summary>Whose rules hold.</summary>
    public Flavour Flavour => Settings.Flavour;

    /// <summary>The definition of that name, or null: a ghost, or nobody.</summary>
    public JobDefinition? Find(string name) => byName.Value.GetValueOrDefault(name);

    /// <summary>Nothing known yet.</summary>
    public static ScheduleBook Empty(string source) => new() { Source = source, Jobs = [] };
}
