using System.Collections.Concurrent;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Operations;
using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Failures;
using Dashboard.Core.Feeds;
using Dashboard.Core.Ledger;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Web.Layout;

/// <summary>The source a page is about: its feeds, its links and its clock. Always the same object for one source, so handing it down redraws nothing.</summary>
public sealed class ShownSource(Source source, bool isDefault, SourceRooms rooms, TimeProvider clock, DateTimeOffset? at = null)
{
    /// <summary>The observed database.</summary>
    public Source Source { get; } = source;

    /// <summary>How the watch on it is going.</summary>
    public Feed<SourceStatus> Status { get; } = rooms.Statuses.Of(source.Name);

    /// <summary>Where its jobs stand.</summary>
    public Feed<StandingsSnapshot> Standings { get; } = rooms.Standings.Of(source.Name);

    /// <summary>Whether to page, and why.</summary>
    public Feed<VerdictSnapshot> Verdict { get; } = rooms.Verdicts.Of(source.Name);

    /// <summary>When its jobs run, as far as that is known.</summary>
    public Feed<ScheduleBook> Schedules { get; } = rooms.Schedules.Of(source.Name);

    /// <summary>What the next tick of its scheduler will do.</summary>
    public Feed<TickSnapshot> Tick { get; } = rooms.Ticks.Of(source.Name);

    /// <summary>What its backfill jobs owe.</summary>
    public Feed<BacklogSnapshot> Backlogs { get; } = rooms.Backlogs.Of(source.Name);

    /// <summary>Its failures in groups.</summary>
    public Feed<FailuresSnapshot> Failures { get; } = rooms.Failures.Of(source.Name);

    /// <summary>What people have said of its jobs: holds and acknowledgements.</summary>
    public Feed<MarksSnapshot> Marks { get; } = rooms.Marks.Of(source.Name);

    /// <summary>What is under way on many of its jobs or slots.</summary>
    public Feed<OperationsSnapshot> Operations { get; } = rooms.Operations.Of(source.Name);

    /// <summary>Troubles, promises and what was sent.</summary>
    public Feed<LedgerSnapshot> Ledger { get; } = rooms.Ledgers.Of(source.Name);

    /// <summary>The addresses of its pages.</summary>
    public Links Links { get; } = new(isDefault ? null : source.Name, at);

    /// <summary>The same with addresses that stay at a moment.</summary>
    public ShownSource AsOf(DateTimeOffset moment) => new(Source, isDefault, rooms, clock, moment);

    /// <summary>The database's time now.</summary>
    public DateTimeOffset Now() => Status.Newest.DatabaseTime(clock.GetUtcNow());
}

/// <summary>The feeds of every room, which is all that pages read.</summary>
/// <param name="Statuses">Of Sources.</param>
/// <param name="Standings">Of Verdicts.</param>
/// <param name="Verdicts">Of Verdicts: whether to page.</param>
/// <param name="Schedules">Of Schedules.</param>
/// <param name="Ticks">Of Dependencies.</param>
/// <param name="Backlogs">Of Backfill.</param>
/// <param name="Failures">Of Failures.</param>
/// <param name="Marks">Of Actions.</param>
/// <param name="Operations">Of Actions: what is under way.</param>
/// <param name="Ledgers">Of Ledger.</param>
public sealed record SourceRooms(
    SourceFeeds<SourceStatus> Statuses,
    SourceFeeds<StandingsSnapshot> Standings,
    SourceFeeds<VerdictSnapshot> Verdicts,
    SourceFeeds<ScheduleBook> Schedules,
    SourceFeeds<TickSnapshot> Ticks,
    SourceFeeds<BacklogSnapshot> Backlogs,
    SourceFeeds<FailuresSnapshot> Failures,
    SourceFeeds<MarksSnapshot> Marks,
    SourceFeeds<OperationsSnapshot> Operations,
    SourceFeeds<LedgerSnapshot> Ledgers);

/// <summary>Every source as pages see it.</summary>
public sealed class ShownSources(SourceDirectory directory, SourceRooms rooms, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, ShownSource> byName = new(StringComparer.Ordinal);

    /// <summary>All sources, in the order they were configured.</summary>
    public IEnumerable<ShownSource> All => directory.All.Select(Of);

    /// <summary>The one a URL names, the first when it names none, null when there is none of that name.</summary>
    public ShownSource? Find(string? name) => directory.Find(name) is { } source ? Of(source) : null;

    private ShownSource Of(Source source) => byName.GetOrAdd(
        source.Name,
        _ => new ShownSource(source, ReferenceEquals(source, directory.All[0]), rooms, clock));
}
