using System.Collections.Concurrent;
using Dashboard.Core.Sources;
using Npgsql;

namespace Dashboard.Core.Runs;

/// <summary>
/// The whole history of a job, a page at a time, for the sources that are connected now. A page costs a bounded amount of work whatever the
/// log: where the search has to go through rows of other jobs it stops after some pages of the table and says how far it looked.
/// </summary>
public sealed class RunHistories(TimeProvider clock)
{
    private const string OutOfReach = "The database is out of reach: older runs cannot be read now.";
    private const string NoLog = "There is no log to read, or not the right to read it.";
    private const string NoWay = "The log is no plain table and has no index: older runs cannot be found without reading all of it.";
    private readonly ConcurrentDictionary<string, ObservedSource> connected = new(StringComparer.Ordinal);

    /// <summary>A page of a job's runs.</summary>
    public async Task<RunPage> PageAsync(string source, RunPageRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!connected.TryGetValue(source, out var observed))
        {
            return Nothing(OutOfReach);
        }

        if (observed.Capabilities.Log is not { } log || !LogRow.IsReadable(log))
        {
            return Nothing(NoLog);
        }

        try
        {
            var newest = new RunQueries(observed, log);
            var search = new RunSearch(newest, new RunHistoryQueries(observed, log), await newest.ShapeAsync(cancellationToken), request, clock);
            return observed.Capabilities.LogIndexedByJob ? await search.ByJobAsync(cancellationToken) : search.Reach switch
            {
                LogReach.Index => await search.ByIdAsync(cancellationToken),
                LogReach.Pages => await search.ByPagesAsync(cancellationToken),
                LogReach.Whole => await search.InAllAsync(cancellationToken),
                _ => Nothing(NoWay),
            };
        }
        catch (Exception cause) when (cause is NpgsqlException or ObjectDisposedException)
        {
            return Nothing(OutOfReach);
        }
    }

    /// <summary>
    /// One run with its whole error; null when it is not in the log, or cannot be found there with bounded work, or the log is out of reach.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="id">Its id.</param>
    /// <param name="place">Where it was seen, if it was.</param>
    /// <param name="cancellationToken">To stop.</param>
    public async Task<Run?> FindAsync(string source, long id, RunPlace? place, CancellationToken cancellationToken)
    {
        if (!connected.TryGetValue(source, out var observed) || observed.Capabilities.Log is not { } log || !LogRow.IsReadable(log))
        {
            return null;
        }

        try
        {
            var shape = await new RunQueries(observed, log).ShapeAsync(cancellationToken);
            var queries = new RunHistoryQueries(observed, log);
            return shape.Reach switch
            {
                LogReach.Nothing => null,
                LogReach.Index or LogReach.Whole => await queries.ByIdAsync(shape, id, cancellationToken),
                _ => (place?.File == shape.File ? await queries.AtPlaceAsync(shape, id, place, cancellationToken) : null)
                    ?? await RunSearch.ById(queries, shape, id, cancellationToken),
            };
        }
        catch (Exception cause) when (cause is NpgsqlException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>The connection a source is read through now; null before the first.</summary>
    internal ObservedSource? ConnectedTo(string source) => connected.GetValueOrDefault(source);

    /// <summary>Says through which connection a source is read now.</summary>
    internal void Connected(ObservedSource observed) => connected[observed.Source.Name] = observed;

    private static RunPage Nothing(string notice) => new() { Runs = [], Notice = notice };
}
