using Dashboard.Core.Database;
using Dashboard.Core.Sources;

namespace Dashboard.Web.Commands;

/// <summary>The source a verb is about: one of the configured ones, of those shown where there are none, or one given by its connection string.</summary>
/// <param name="Source">The source.</param>
/// <param name="Storage">The own records, where the source needed them to be opened; null otherwise.</param>
internal sealed record AskedSource(Source Source, DashboardStorage? Storage) : IAsyncDisposable
{
    /// <summary>Finds it.</summary>
    /// <exception cref="VerbException">There is none by that name.</exception>
    public static async Task<AskedSource> FindAsync(
        IConfiguration settings, TimeProvider clock, string? named, string? jobs, string? mapping, CancellationToken cancellationToken)
    {
        if (named is not null && named.Contains('=', StringComparison.Ordinal))
        {
            settings = new ConfigurationBuilder().AddCommandLine(SourceArguments.Expand(["--source", named])).Build();
            named = null;
        }

        var sources = SourceOptions.Read(settings);

        // The sample and the demo live in the embedded server: that of a dashboard that runs, or one started for the moment.
        var storage = sources.Count == 0 ? await DashboardStorage.VisitAsync(settings, clock, cancellationToken) : null;
        if (new SourceDirectory(storage?.Sources(sources) ?? sources).Find(named) is { } found)
        {
            return new AskedSource(found with { JobsFile = Located(jobs) ?? found.JobsFile, MappingFile = Located(mapping) ?? found.MappingFile }, storage);
        }

        await (storage?.DisposeAsync() ?? ValueTask.CompletedTask);
        throw new VerbException(named is null ? "No source is configured: --source \"Host=…;Database=…\" names one." : $"No source is configured by the name '{named}'; ./run sources lists them.");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Storage?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string? Located(string? path) => string.IsNullOrEmpty(path) ? null : Path.GetFullPath(path);
}
