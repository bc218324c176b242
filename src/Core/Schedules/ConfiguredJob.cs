using Dashboard.Core.Configuration;
using Dashboard.Core.Jobs;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>A job as the scheduler's configuration names it: by class in crontabber's, by command in Socorro's.</summary>
/// <param name="ClassPath">The class with its module, or the command.</param>
/// <param name="Frequency">How often, word for word.</param>
/// <param name="Time">At what time of day; null when none is given.</param>
/// <param name="File">Where it stands.</param>
/// <param name="Line">On which line; null when that is not known.</param>
public sealed record ConfiguredJob(string ClassPath, string Frequency, string? Time, string File, int? Line)
{
    /// <summary>Its <c>app_name</c>, where the configuration itself says it.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it backfills, where the configuration itself says so.</summary>
    public bool? Backfills { get; init; }

    /// <summary>Its parents, where the configuration itself names them.</summary>
    public IReadOnlyList<string>? DependsOn { get; init; }

    /// <summary>The class without its module.</summary>
    public string ClassName => ClassPath[(ClassPath.LastIndexOf('.') + 1)..];

    /// <summary>The module's own name: <c>matviews</c> of <c>socorro.cron.jobs.matviews.ADUCronApp</c>; empty when there is none.</summary>
    public string Module
    {
        get
        {
            var module = ClassPath.AsSpan(0, Math.Max(ClassPath.LastIndexOf('.'), 0));
            return module[(module.LastIndexOf('.') + 1)..].ToString();
        }
    }
}

/// <summary>The scheduler's configuration as it was read: all of its jobs, in order, and what is wrong with it.</summary>
public sealed record ScheduleConfiguration
{
    /// <summary>More jobs than this are not read: as many as rows are.</summary>
    public const int MostJobs = JobQueries.MostRows;

    /// <summary>Whose rules hold; null when the file does not tell, as a list of names does not.</summary>
    public required Flavour Flavour { get; init; }

    /// <summary>The jobs, in configuration order.</summary>
    public required IReadOnlyList<ConfiguredJob> Jobs { get; init; }

    /// <summary>The scheduler's own settings, or its defaults.</summary>
    public required SchedulerSettings Settings { get; init; }

    /// <summary>What is wrong; the rest is here.</summary>
    public IReadOnlyList<ConfigurationFault> Faults { get; init; } = [];

    /// <summary>The files behind it, includes and all.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>
    /// What ends crontabber, whatever it was asked, although we read it: the one-line list that <c>--admin.dump_conf</c> writes, a list without quotes, a job
    /// without a frequency. Null when nothing does, as far as it can be told without Python's classes.
    /// </summary>
    public SchedulerError? Unreadable { get; init; }

    /// <summary>False when nothing of it could be read: then what was known before is better.</summary>
    public bool IsUsable => Jobs.Count > 0 || Faults.Count == 0;
}
