using Dashboard.Core.Configuration.Options;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>The observed databases as configured: section <c>Sources</c>, a list.</summary>
public sealed class SourceOptions
{
    /// <summary>Short and unique; by default the name of the database.</summary>
    public string? Name { get; init; }

    /// <summary>For Npgsql.</summary>
    [SecretOption]
    public string? ConnectionString { get; init; }

    /// <summary>The schema of the scheduler's tables; by default it is looked for.</summary>
    public string? Schema { get; init; }

    /// <summary>How to notice changes; by default <c>poll</c>.</summary>
    public CaptureMode? Capture { get; init; }

    /// <summary>The scheduler's configuration: a <c>crontabber.ini</c>, Socorro's <c>JOBS</c> as Python or JSON, or the kept output of <c>--list-jobs</c>.</summary>
    public string? Jobs { get; init; }

    /// <summary>A JSON file that maps class paths to <c>app_name</c>, <c>backfill</c> and <c>depends_on</c>, or the kept output of <c>--list-jobs</c>.</summary>
    public string? Mapping { get; init; }

    /// <summary>For the role that acts, where it is another than the one that reads; by default the same.</summary>
    [SecretOption]
    public string? ActionConnectionString { get; init; }

    /// <summary>True to let nobody act on it from here.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The configured sources, in order.</summary>
    public static IReadOnlyList<Source> Read(IConfiguration configuration)
    {
        var configured = configuration.GetSection("Sources").Get<List<SourceOptions>>() ?? [];
        return [.. configured.Select(option => option.ToSource())];
    }

    private Source ToSource()
    {
        var connection = new NpgsqlConnectionStringBuilder(ConnectionString);
        return new Source(Name ?? connection.Database ?? "source", connection.ConnectionString, $"{connection.Host}:{connection.Port}/{connection.Database}")
        {
            Schema = Schema,
            Capture = Capture,
            JobsFile = Located(Jobs),
            MappingFile = Located(Mapping),
            ActionConnectionString = string.IsNullOrEmpty(ActionConnectionString) ? null : new NpgsqlConnectionStringBuilder(ActionConnectionString).ConnectionString,
            ReadOnly = ReadOnly,
        };
    }

    // Relative to where the program was started, as every path on a command line.
    private static string? Located(string? path) => string.IsNullOrEmpty(path) ? null : Path.GetFullPath(path);
}
