using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>What is known of one job: what was configured first, then what its row and its runs show. Each part says where it is from.</summary>
public static class DefinitionRule
{
    /// <summary>A job of the configuration whose name is known.</summary>
    /// <param name="job">As configured.</param>
    /// <param name="place">Its place there.</param>
    /// <param name="name">Its name.</param>
    /// <param name="mapped">What the mapping file says of its class.</param>
    /// <param name="row">Its row; null when it has none.</param>
    /// <param name="history">Its recent runs.</param>
    /// <param name="flavour">Whose rules.</param>
    public static JobDefinition Configured(ConfiguredJob job, int place, NameAnswer name, MappedClass? mapped, Job? row, JobHistory history, Flavour flavour)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(name);
        var definition = new JobDefinition
        {
            Name = name.Name!,
            NameKnown = name.Known,
            NameEvidence = name.Evidence,
            ClassPath = job.ClassPath,
            Place = place,
            CadenceKnown = Knowledge.Configured,
            CadenceEvidence = Evidence.At(job.File, job.Line),
        };
        var told = mapped?.Backfills is null ? (job.File, job.Line) : (mapped.File, mapped.Line);
        var backfills = Backfills(mapped?.Backfills ?? job.Backfills, told, row, history, flavour);
        return WithParents(definition, mapped?.DependsOn ?? job.DependsOn, mapped?.DependsOn is null ? (job.File, job.Line) : (mapped.File, mapped.Line), row) with
        {
            Schedule = new Schedule(job.Frequency, job.Time, backfills.Answer ?? false, flavour),
            BackfillsKnown = backfills.Known,
            BackfillsEvidence = backfills.Evidence,
        };
    }

    /// <summary>A job of which only the row is known, and perhaps a line of the mapping file.</summary>
    /// <param name="row">The row.</param>
    /// <param name="classPath">Its class, by the mapping file.</param>
    /// <param name="mapped">What the mapping file says of that.</param>
    /// <param name="history">Its recent runs.</param>
    /// <param name="flavour">Whose rules.</param>
    public static JobDefinition Observed(Job row, string? classPath, MappedClass? mapped, JobHistory history, Flavour flavour)
    {
        ArgumentNullException.ThrowIfNull(row);
        var backfills = Backfills(mapped?.Backfills, (mapped?.File ?? "", mapped?.Line), row, history, flavour);
        var cadence = CadenceInference.Of(row, history, backfills.Answer);
        var definition = new JobDefinition
        {
            Name = row.Name,
            NameEvidence = "its row",
            ClassPath = classPath,
            Schedule = cadence.Value is { } found ? Schedule.Of(found.Interval, found.Time, backfills.Answer ?? false, flavour) : null,
            CadenceKnown = cadence.Known,
            CadenceEvidence = cadence.Evidence,
            BackfillsKnown = backfills.Known,
            BackfillsEvidence = backfills.Evidence,
        };
        return WithParents(definition, mapped?.DependsOn, (mapped?.File ?? "", mapped?.Line), row);
    }

    private static (bool? Answer, Knowledge Known, string Evidence) Backfills(bool? told, (string File, int? Line) where, Job? row, JobHistory history, Flavour flavour)
    {
        if (told is not null)
        {
            return (told, Knowledge.Configured, Evidence.At(where.File, where.Line));
        }

        var inferred = BackfillInference.Of(row, history, flavour);
        return (inferred.Value, inferred.Known, inferred.Evidence);
    }

    private static JobDefinition WithParents(JobDefinition definition, IReadOnlyList<string>? told, (string File, int? Line) where, Job? row)
    {
        if (told is not null)
        {
            return definition with { DependsOn = told, DependsOnKnown = Knowledge.Configured, DependsOnEvidence = Evidence.At(where.File, where.Line) };
        }

        // The column is written with the row, and anew at the end of every run; nobody else has written an empty one before.
        return row is null || (row.DependsOn.Count == 0 && row.LastRun is null)
            ? definition with { DependsOnEvidence = "no run has ended yet that would have written them into its row" }
            : definition with { DependsOn = row.DependsOn, DependsOnKnown = Knowledge.Inferred, DependsOnEvidence = "its row, into which the scheduler writes them from the class" };
    }
}
