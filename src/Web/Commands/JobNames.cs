using Dashboard.Core.Configuration;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Web.Commands;

/// <summary>What the jobs are called whose classes a log names: by a mapping file first, then by what the scheduler's own configuration says of names.</summary>
internal sealed class JobNames
{
    private readonly JobMapping mapping;
    private readonly Dictionary<string, string> configured;

    private JobNames(JobMapping mapping, ScheduleConfiguration? jobs)
    {
        this.mapping = mapping;
        configured = (jobs?.Jobs ?? []).Where(job => job.Name is not null).DistinctBy(job => job.ClassPath, StringComparer.Ordinal).ToDictionary(job => job.ClassPath, job => job.Name!, StringComparer.Ordinal);
        Faults = [.. mapping.Faults, .. jobs?.Faults ?? []];
    }

    /// <summary>What is wrong with the files.</summary>
    public IReadOnlyList<ConfigurationFault> Faults { get; }

    /// <summary>Reads the files given, else those of the source.</summary>
    /// <param name="jobs">The scheduler's configuration; null for the source's.</param>
    /// <param name="mappingFile">A mapping file; null for the source's.</param>
    /// <param name="source">The source, where it is configured.</param>
    /// <exception cref="VerbException">A file somebody named cannot be read at all.</exception>
    public static JobNames Read(string? jobs, string? mappingFile, Source? source)
    {
        var (schedule, names) = (Located(jobs) ?? source?.JobsFile, Located(mappingFile) ?? source?.MappingFile);
        var mapping = names is null ? JobMapping.None : ScheduleFile.ReadMapping(names);
        var configuration = schedule is null ? null : ScheduleFile.Read(schedule);
        var useless = mappingFile is not null && !mapping.IsUsable ? mapping.Faults : jobs is not null && configuration is { Jobs.Count: 0, Faults.Count: > 0 } ? configuration.Faults : [];
        return useless is [var fault, ..] ? throw new VerbException(fault.ToString()) : new JobNames(mapping, configuration);
    }

    /// <summary>The name of a class as a log writes it; the class itself when nobody says.</summary>
    public string Of(string written)
    {
        var known = mapping.ByClass.GetValueOrDefault(written) ?? mapping.ByClass.GetValueOrDefault(written[(written.LastIndexOf('.') + 1)..]);
        return known?.Name ?? configured.GetValueOrDefault(written) ?? written;
    }

    private static string? Located(string? path) => string.IsNullOrEmpty(path) ? null : Path.GetFullPath(path);
}
