using Dashboard.Core.Configuration;

namespace Dashboard.Core.Schedules;

/// <summary>What the files of a source say at the moment.</summary>
/// <param name="Configuration">What runs when; null when no file is named.</param>
/// <param name="Mapping">What the classes are called.</param>
public sealed record ScheduleReading(ScheduleConfiguration? Configuration, JobMapping Mapping)
{
    /// <summary>No file is named.</summary>
    public static ScheduleReading Nothing { get; } = new(null, JobMapping.None);

    /// <summary>What is wrong with them.</summary>
    public IEnumerable<ConfigurationFault> Faults => [.. Configuration?.Faults ?? [], .. Mapping.Faults];
}

/// <summary>
/// The files of one source, read again when one of them changes. When nothing can be made of the new ones, what was known stays and the faults are told.
/// </summary>
public sealed class ScheduleFiles(string? jobs, string? mapping)
{
    private Dictionary<string, Stamp>? stamps;

    /// <summary>What they said last.</summary>
    public ScheduleReading Newest { get; private set; } = ScheduleReading.Nothing;

    /// <summary>Looks whether one has changed, and reads all of them again if so.</summary>
    /// <returns>True when <see cref="Newest"/> is new.</returns>
    public bool Refresh()
    {
        if ((jobs is null && mapping is null) || (stamps is not null && stamps.All(each => Stamp.Of(each.Key) == each.Value)))
        {
            return false;
        }

        // Stamped before they are read: what changes meanwhile is seen the next time.
        var named = new[] { jobs, mapping }.OfType<string>().Concat(stamps?.Keys ?? Enumerable.Empty<string>()).Distinct().ToDictionary(path => path, Stamp.Of, StringComparer.Ordinal);
        var configuration = jobs is null ? null : ScheduleFile.Read(jobs);
        var names = mapping is null ? JobMapping.None : ScheduleFile.ReadMapping(mapping);
        stamps = new[] { jobs, mapping }.OfType<string>().Concat(configuration?.Files ?? []).Distinct()
            .ToDictionary(path => path, path => named.TryGetValue(path, out var stamp) ? stamp : Stamp.Of(path), StringComparer.Ordinal);
        Newest = new ScheduleReading(
            configuration is { IsUsable: false } && Newest.Configuration is { } known ? known with { Faults = configuration.Faults } : configuration,
            names.IsUsable ? names : Newest.Mapping with { Faults = names.Faults });
        return true;
    }

    private readonly record struct Stamp(long Length, DateTime Changed)
    {
        public static Stamp Of(string path)
        {
            try
            {
                var file = new FileInfo(path);
                return file.Exists ? new Stamp(file.Length, file.LastWriteTimeUtc) : new Stamp(-1, default);
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
            {
                return new Stamp(-2, default);
            }
        }
    }
}
