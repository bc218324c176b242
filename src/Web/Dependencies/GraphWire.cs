using Dashboard.Core.Dependencies;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;

namespace Dashboard.Web.Dependencies;

/// <summary>The graph of one source.</summary>
public sealed record GraphWire
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Whether this is the present.</summary>
    public required SourceState State { get; init; }

    /// <summary>The database's clock at the reading shown.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>True when it is made of a configuration, false when of rows alone: then a job without a row is not known.</summary>
    public required bool IsConfigured { get; init; }

    /// <summary>The exception that keeps every tick from starting anything: a circle, no root. Null when there is none.</summary>
    public string? OrderError { get; init; }

    /// <summary>A shortest circle of jobs that wait for each other; null when there is none.</summary>
    public IReadOnlyList<string>? Cycle { get; init; }

    /// <summary>The jobs, in run order; names that are nothing at all come last.</summary>
    public required IReadOnlyList<GraphNodeWire> Nodes { get; init; }

    /// <summary>From parent to child.</summary>
    public required IReadOnlyList<GraphEdgeWire> Edges { get; init; }

    internal static GraphWire Of(StandingsSnapshot stood, SourceState state, TickSnapshot tick, bool positions)
    {
        var standings = stood.Jobs.ToDictionary(standing => standing.Job.Name, StringComparer.Ordinal);
        var picture = positions ? GraphPicture.Of(tick, focus: null, hops: 1) : null;
        return new GraphWire
        {
            Source = stood.Source,
            State = state,
            AsOf = tick.AsOf,
            IsConfigured = tick.IsConfigured,
            OrderError = tick.Order.Error?.ToString(),
            Cycle = tick.Order.Cycle?.Names,
            Nodes =
            [
                .. tick.Jobs.Select(job => GraphNodeWire.Of(job, tick, standings.GetValueOrDefault(job.Name), picture)),
                .. tick.Missing.Select(name => new GraphNodeWire { AppName = name, Kind = GraphNodeKind.Missing, HangingOn = tick.Graph.Below(name).Count, Position = Place(picture, name) }),
            ],
            Edges = [.. tick.Nodes.SelectMany(node => node.DependsOn.Distinct(StringComparer.Ordinal).Select(parent => new GraphEdgeWire(parent, node.Name)))],
        };
    }

    internal static PositionWire? Place(GraphPicture? picture, string name) =>
        picture?.Find(name) is { } place ? new PositionWire(picture.Layout.Boxes[place].X, picture.Layout.Boxes[place].Y) : null;
}

/// <summary>What a node is.</summary>
public enum GraphNodeKind
{
    /// <summary>A job with a row.</summary>
    Job,

    /// <summary>Configured, and without a row: it has never run, or was reset.</summary>
    NoRow,

    /// <summary>A row that is not configured.</summary>
    Ghost,

    /// <summary>Neither configured nor a row: whoever waits for it waits for ever.</summary>
    Missing,
}

/// <summary>One node.</summary>
public sealed record GraphNodeWire
{
    /// <summary>The job's name.</summary>
    public required string AppName { get; init; }

    /// <summary>What it is.</summary>
    public required GraphNodeKind Kind { get; init; }

    /// <summary>Where it stands; null when it has no row.</summary>
    public JobState? State { get; init; }

    /// <summary>What the next tick does with it; null when it is missing.</summary>
    public TickWire? Tick { get; init; }

    /// <summary>How many jobs hang on it, directly or by way of others.</summary>
    public required int HangingOn { get; init; }

    /// <summary>Where the page draws it; null unless asked for.</summary>
    public PositionWire? Position { get; init; }

    internal static GraphNodeWire Of(JobTick job, TickSnapshot tick, JobStanding? standing, GraphPicture? picture) => new()
    {
        AppName = job.Name,
        Kind = job.Outcome is TickOutcome.Ghost ? GraphNodeKind.Ghost : standing is null ? GraphNodeKind.NoRow : GraphNodeKind.Job,
        State = standing?.State,
        Tick = TickWire.Of(job),
        HangingOn = tick.Graph.Below(job.Name).Count,
        Position = GraphWire.Place(picture, job.Name),
    };
}

/// <summary>An edge of the graph.</summary>
/// <param name="Parent">The job that is waited for.</param>
/// <param name="Child">The job that waits.</param>
public sealed record GraphEdgeWire(string Parent, string Child);

/// <summary>The upper left corner of a node's box.</summary>
/// <param name="X">From the left, in CSS pixels.</param>
/// <param name="Y">From the top, in CSS pixels.</param>
public sealed record PositionWire(double X, double Y);

/// <summary>The order of a tick.</summary>
public sealed record OrderWire
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Whether this is the present.</summary>
    public required SourceState State { get; init; }

    /// <summary>The database's clock at the reading shown.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The exception that keeps every tick from starting anything; null when there is none.</summary>
    public string? OrderError { get; init; }

    /// <summary>Where the tick ends early, one after the other as each is helped; empty when it comes to its end.</summary>
    public required IReadOnlyList<string> Ends { get; init; }

    /// <summary>The jobs in run order.</summary>
    public required IReadOnlyList<OrderedJobWire> Jobs { get; init; }

    internal static OrderWire Of(TickSnapshot tick, SourceState state) => new()
    {
        Source = tick.Source,
        State = state,
        AsOf = tick.AsOf,
        OrderError = tick.Order.Error?.ToString(),
        Ends = tick.Ends,
        Jobs = [.. tick.Jobs.Select(job => new OrderedJobWire(job.Name, TickWire.Of(job)))],
    };
}

/// <summary>One job of the order.</summary>
/// <param name="AppName">Its name.</param>
/// <param name="Tick">What the next tick does with it.</param>
public sealed record OrderedJobWire(string AppName, TickWire Tick);
