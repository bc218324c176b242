namespace Dashboard.Core.Schedules;

/// <summary>How something about a job is known.</summary>
public enum Knowledge
{
    /// <summary>It is not.</summary>
    Unknown,

    /// <summary>From the job's own history; the evidence says how sure that is.</summary>
    Inferred,

    /// <summary>From the scheduler's configuration, or a mapping file beside it.</summary>
    Configured,
}

/// <summary>
/// What the scheduler was told of a job, as far as it is known here: when it runs, whether it makes up for missed slots, whom it waits for. Neither
/// the state table nor crontabber's <c>jobs</c> option says all of that, so each part says where it is from.
/// </summary>
public sealed record JobDefinition
{
    /// <summary><c>app_name</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where the name is from: a class names itself, but only in Python.</summary>
    public Knowledge NameKnown { get; init; } = Knowledge.Configured;

    /// <summary>Where that is from, in one sentence.</summary>
    public string NameEvidence { get; init; } = "";

    /// <summary>The class or command as configured; null when only the row is known.</summary>
    public string? ClassPath { get; init; }

    /// <summary>Its place in the configuration, from 0; null when it is not configured.</summary>
    public int? Place { get; init; }

    /// <summary>When it runs and whether it backfills; null when neither configuration nor history tells.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Where <see cref="Schedules.Schedule.Frequency"/> and <see cref="Schedules.Schedule.Time"/> are from.</summary>
    public Knowledge CadenceKnown { get; init; }

    /// <summary>Where that is from, in one sentence: "58 of 60 runs began an hour apart".</summary>
    public string CadenceEvidence { get; init; } = "";

    /// <summary>Where <see cref="Schedules.Schedule.Backfills"/> is from.</summary>
    public Knowledge BackfillsKnown { get; init; }

    /// <summary>Where that is from, in one sentence.</summary>
    public string BackfillsEvidence { get; init; } = "";

    /// <summary>The names of its parents in the order the runner tests them.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Where the parents are from: a mapping file, or the row, into which crontabber writes them from the class with every run.</summary>
    public Knowledge DependsOnKnown { get; init; }

    /// <summary>Where that is from, in one sentence.</summary>
    public string DependsOnEvidence { get; init; } = "";
}
