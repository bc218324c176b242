using System.Globalization;
using Dashboard.Core.Feeds;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Api;

namespace Dashboard.Web.Sources;

/// <summary>What is known of a source right now, for an answer of the API.</summary>
/// <param name="Status">How the watch on it is going.</param>
/// <param name="Standings">Where its jobs stand.</param>
public sealed record SourceNow(SourceStatus Status, StandingsSnapshot Standings)
{
    /// <summary>When they run.</summary>
    public ScheduleBook Schedules { get; init; } = ScheduleBook.Empty(Standings.Source);
}

/// <summary>Finds the source a request is about, in the feeds: never a query.</summary>
internal sealed class SourcesNow(SourceDirectory directory, SourceFeeds<SourceStatus> statuses, SourceFeeds<StandingsSnapshot> standings, SourceFeeds<ScheduleBook> schedules)
{
    public const int RetryAfterSeconds = 2;

    /// <summary>All of them, in the order they were configured.</summary>
    public IReadOnlyList<SourceNow> All => [.. directory.All.Select(Of)];

    /// <summary>The source named, the first when none is; or the problem to answer with.</summary>
    /// <remarks>Before its first reading there is nothing to show: 503, never an empty list that looks like a source without jobs.</remarks>
    public SourceNow? Find(string? name, HttpResponse response, out IResult? problem)
    {
        if (directory.Find(name) is not { } source)
        {
            problem = ApiProblem.UnknownSource(name ?? "", directory.All.Select(known => known.Name));
            return null;
        }

        var shown = Of(source);
        if (shown.Standings.AsOf is null)
        {
            response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            problem = ApiProblem.NotReadYet(source.Name, shown.Status.Trouble);
            return null;
        }

        if (shown.Status.AsOf is { } answered)
        {
            response.Headers["As-Of"] = answered.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        }

        problem = null;
        return shown;
    }

    private SourceNow Of(Source source) => new(statuses.Of(source.Name).Newest, standings.Of(source.Name).Newest) { Schedules = schedules.Of(source.Name).Newest };
}
