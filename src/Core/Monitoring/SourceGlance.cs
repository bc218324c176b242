using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Monitoring;

/// <summary>A source could not be looked at; the message says why, without secrets.</summary>
public sealed class GlanceException(string message, Exception cause) : Exception(message, cause);

/// <summary>One bounded look at an observed database and the scheduler's files, for a command that says something and ends.</summary>
public sealed record SourceGlance
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    /// <summary>Which source.</summary>
    public required Source Source { get; init; }

    /// <summary>What was found in its database.</summary>
    public SourceCapabilities? Capabilities { get; init; }

    /// <summary>Whose tables.</summary>
    public required Flavour Flavour { get; init; }

    /// <summary>The rows.</summary>
    public required JobsSnapshot Rows { get; init; }

    /// <summary>The recent runs.</summary>
    public required RunsSnapshot Runs { get; init; }

    /// <summary>What the files say.</summary>
    public required ScheduleReading Files { get; init; }

    /// <summary>The schedules that follow.</summary>
    public required ScheduleBook Book { get; init; }

    /// <summary>What the next tick does.</summary>
    public required TickSnapshot Tick { get; init; }

    /// <summary>Where every job stands.</summary>
    public required StandingsSnapshot Standings { get; init; }

    /// <summary>What is said of it by what one look shows: nothing of what executors told, nor of what was said before.</summary>
    public required VerdictSnapshot Verdict { get; init; }

    /// <summary>The rows as the database spelt them.</summary>
    internal IReadOnlyDictionary<string, JobRow> Raw { get; init; } = new Dictionary<string, JobRow>();

    /// <summary>Looks.</summary>
    /// <exception cref="GlanceException">When the source cannot be read.</exception>
    public static async Task<SourceGlance> AtAsync(Source source, TimeProvider clock, CancellationToken cancellationToken, VerdictSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            return await LookAsync(source, clock, settings ?? new VerdictSettings(), deadline.Token);
        }
        catch (OperationCanceledException cause) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GlanceException($"No answer from {source.Address} in time.", cause);
        }
        catch (Exception cause) when (cause is Npgsql.NpgsqlException or NothingToObserveException or System.Net.Sockets.SocketException or TimeoutException)
        {
            throw new GlanceException(SourceTrouble.Sentence(cause, source), cause);
        }
    }

    private static async Task<SourceGlance> LookAsync(Source source, TimeProvider clock, VerdictSettings settings, CancellationToken cancellationToken)
    {
        var (pool, bounded) = await ReadPool.OpenAsync(source, cancellationToken);
        await using (pool)
        {
            var (capabilities, _) = CapabilityRule.Judge(await ReadPool.LookAsync(pool, cancellationToken), source);
            var observed = new ObservedSource(source, pool, capabilities) { SessionsBounded = bounded };
            var (jobs, runs) = (new SourceFeeds<JobsSnapshot>(JobsSnapshot.Empty), new SourceFeeds<RunsSnapshot>(RunsSnapshot.Empty));
            await new JobsMonitor(jobs, NullLogger<JobsMonitor>.Instance).ReadAsync(observed, SourceChange.Everything, cancellationToken);
            await new RunsMonitor(runs, jobs, new RunHistories(clock), Options.Create(new RunOptions()), clock, NullLogger<RunsMonitor>.Instance)
                .ReadAsync(observed, SourceChange.Everything, cancellationToken);
            var raw = (await new JobQueries(observed).AllAsync(cancellationToken)).Rows;
            return Of(source, capabilities.Flavour, jobs.Of(source.Name).Newest, runs.Of(source.Name).Newest, raw, settings) with { Capabilities = capabilities };
        }
    }

    internal static SourceGlance Of(Source source, Flavour flavour, JobsSnapshot rows, RunsSnapshot runs, IReadOnlyList<JobRow> raw, VerdictSettings? settings = null)
    {
        var files = new ScheduleFiles(source.JobsFile, source.MappingFile);
        files.Refresh();
        var book = new ScheduleFold().Next(ScheduleBook.Empty(source.Name), files.Newest, rows, runs, flavour);
        var now = rows.AsOf ?? DateTimeOffset.UnixEpoch;
        var tick = TickRule.Next(TickSnapshot.Empty(source.Name), book, rows, runs, now);
        var standings = StandingsFold.Next(StandingsSnapshot.Empty(source.Name), tick, runs, now, book);
        var owed = new BacklogFold().Next(BacklogSnapshot.Empty(source.Name), new BacklogInputs(book, rows, runs, tick), now);
        return new SourceGlance
        {
            Source = source,
            Flavour = flavour,
            Rows = rows,
            Runs = runs,
            Files = files.Newest,
            Book = book,
            Tick = tick,
            Standings = standings,
            Verdict = VerdictEngine.Evaluate(new VerdictFacts { Standings = standings, Tick = tick, Backlogs = owed, Book = book }, settings ?? new VerdictSettings(), now),
            Raw = raw.DistinctBy(row => row.Name).ToDictionary(row => row.Name, StringComparer.Ordinal),
        };
    }
}
