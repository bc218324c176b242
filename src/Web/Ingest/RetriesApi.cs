using System.ComponentModel;
using Dashboard.Core.Failures;
using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Web.Api;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Web.Ingest;

/// <summary>What executors tell, for other programs.</summary>
internal static class RetriesApi
{
    public static RouteGroupBuilder MapRetries(this RouteGroupBuilder api)
    {
        api.MapRead("/retries", Now)
            .WithName("retries")
            .WithSummary("Who waits for which resource, and who got through")
            .WithDescription("From the newest snapshot: each resource heard of in the last day with its open and ended streaks. While the dashboard's own database is away the answer is the last one known, with stale_since.")
            .Produces<RetriesWire>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest);
        return api;
    }

    private static IResult Now(HttpContext context, Feed<RetriesSnapshot> feed, [FromQuery, Description("Only this source; all when absent.")] string? source)
    {
        var query = new QueryReader(context.Request.Query, "source");
        source = query.Text("source");
        return query.Errors.Count > 0 ? ApiProblem.BadParameters(query.Errors) : new TaggedJson<RetriesWire>(() => RetriesWire.Of(feed.Newest, source));
    }
}

/// <summary>What executors tell.</summary>
/// <param name="StaleSince">Since when the dashboard's own database has been away; null while it answers.</param>
/// <param name="Dropped">Events lost in the last 24 h because they came too fast.</param>
/// <param name="Unreadable">Lines of followed logs in the last 24 h that nobody could read.</param>
/// <param name="Resources">By source and name.</param>
public sealed record RetriesWire(DateTimeOffset? StaleSince, long Dropped, long Unreadable, IReadOnlyList<ResourceWire> Resources)
{
    internal static RetriesWire Of(RetriesSnapshot snapshot, string? source) => new(
        snapshot.StaleSince, snapshot.Dropped, snapshot.Unreadable, [.. snapshot.Resources.Where(lane => source is null || lane.Source == source).Select(ResourceWire.Of)]);
}

/// <summary>One resource of one source.</summary>
/// <param name="Source">Of the source.</param>
/// <param name="Resource">Its name.</param>
/// <param name="Backend">Its kind.</param>
/// <param name="BackoffDelays">The delays its executors told, in seconds; the last repeats.</param>
/// <param name="GotThroughAt">When anybody got through last.</param>
/// <param name="GotThroughBy">Who that was.</param>
/// <param name="Open">Those who wait, the oldest first.</param>
/// <param name="Ended">Streaks ended in the last 24 h, the newest first.</param>
public sealed record ResourceWire(
    string Source, string Resource, string Backend, IReadOnlyList<double> BackoffDelays, DateTimeOffset? GotThroughAt, string? GotThroughBy, IReadOnlyList<StreakWire> Open, IReadOnlyList<StreakWire> Ended)
{
    internal static ResourceWire Of(ResourceLane lane) => new(
        lane.Source, lane.Resource, lane.Backend, [.. lane.Ladder.Select(delay => delay.TotalSeconds)], lane.GotThroughAt, lane.GotThroughBy, [.. lane.Open.Select(StreakWire.Of)], [.. lane.Ended.Select(StreakWire.Of)]);
}

/// <summary>Failures of one process, thread and resource in a row.</summary>
public sealed record StreakWire
{
    /// <summary>Of its first event.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where it stands.</summary>
    public required StreakState State { get; init; }

    /// <summary>The machine.</summary>
    public required string Host { get; init; }

    /// <summary>The program.</summary>
    public required string Process { get; init; }

    /// <summary>The thread.</summary>
    public required string Thread { get; init; }

    /// <summary>The job.</summary>
    public string? AppName { get; init; }

    /// <summary>The executor's class.</summary>
    public required string Executor { get; init; }

    /// <summary>When its first attempt failed.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When it was heard of last.</summary>
    public required DateTimeOffset HeardAt { get; init; }

    /// <summary>Failed attempts.</summary>
    public required int Attempts { get; init; }

    /// <summary>The wait, in seconds.</summary>
    public double? DelayS { get; init; }

    /// <summary>When the next attempt begins.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The class of the newest exception.</summary>
    public string? ExcType { get; init; }

    /// <summary>Its text, without secrets.</summary>
    public string? ExcValue { get; init; }

    /// <summary>Its code.</summary>
    public string? Code { get; init; }

    /// <summary>Its class of failure.</summary>
    public FailureClass? Class { get; init; }

    internal static StreakWire Of(RetryStreak streak) => new()
    {
        Id = streak.Id,
        State = streak.State,
        Host = streak.Who.Host,
        Process = streak.Who.Process,
        Thread = streak.Who.Thread,
        AppName = streak.AppName,
        Executor = RetryWords.Of(streak.Executor),
        StartedAt = streak.StartedAt,
        EndedAt = streak.EndedAt,
        HeardAt = streak.HeardAt,
        Attempts = streak.Attempts,
        DelayS = streak.Delay?.TotalSeconds,
        NextAttemptAt = streak.NextAttemptAt,
        ExcType = streak.ExceptionType,
        ExcValue = streak.ExceptionValue,
        Code = streak.Code,
        Class = streak.Class,
    };
}
