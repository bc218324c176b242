using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Operations;

namespace Dashboard.Web.Actions.Operations;

/// <summary>What a program wants done with many jobs.</summary>
/// <param name="Kind">run-now, mark-success, reset, clear-lock, hold, release, prune or acknowledge.</param>
/// <param name="Source">The source; the first when absent.</param>
/// <param name="AppNames">The jobs, one by one; or</param>
/// <param name="Query">all that the search line of the jobs' page finds, <c>state:failing dep:fetch-adi</c>.</param>
/// <param name="Until">The end of a hold.</param>
public sealed record OperationRequest(string? Kind, string? Source, IReadOnlyList<string?>? AppNames, string? Query, DateTimeOffset? Until);

/// <summary>What agreeing to an operation sends.</summary>
/// <param name="Reason">Why; kept with every action of it.</param>
/// <param name="Count">The number of jobs that will change, as the operation says: who has not read it does not know it.</param>
public sealed record OperationCommitRequest(string? Reason, int? Count);

/// <summary>The parts of an operation, counted.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Ready">Those that will change; while it is planned.</param>
/// <param name="Waiting">Still to come.</param>
/// <param name="Running">Under way.</param>
/// <param name="Done">Done.</param>
/// <param name="Failed">Tried in vain.</param>
/// <param name="Left">Left as they are, for a reason.</param>
public sealed record OperationProgressWire(int Total, int Ready, int Waiting, int Running, int Done, int Failed, int Left);

/// <summary>One part of an operation.</summary>
/// <param name="AppName">The job.</param>
/// <param name="Slot">The slot; null for a job.</param>
/// <param name="State">waiting, running, done, failed, not_run, lost or cancelled for a slot; unplanned, planned, refused, done, stale, busy, unknown or cancelled for a job.</param>
/// <param name="Because">Why it is so.</param>
/// <param name="Plan">The job's plan.</param>
public sealed record OperationPartWire(string AppName, DateTimeOffset? Slot, string State, string? Because, Guid? Plan);

/// <summary>Work of many parts that is followed to its end.</summary>
public sealed record OperationWire
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>slots: of one job, run one by one by the dashboard's own runner. row: slots the scheduler makes up for by itself. jobs: each with a plan of its own.</summary>
    public required OperationKind Of { get; init; }

    /// <summary>What is done.</summary>
    public required string Kind { get; init; }

    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>The job whose slots they are; null for one on many jobs.</summary>
    public string? AppName { get; init; }

    /// <summary>planning, planned, active, paused, done, cancelled or withdrawn.</summary>
    public required OperationState State { get; init; }

    /// <summary>What was chosen.</summary>
    public required string Summary { get; init; }

    /// <summary>Who paused or cancelled it, and why.</summary>
    public string? Because { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>By whom.</summary>
    public required string MadeBy { get; init; }

    /// <summary>Who agreed to it.</summary>
    public string? CommittedBy { get; init; }

    /// <summary>Why, as they said.</summary>
    public string? Reason { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How far it is.</summary>
    public required OperationProgressWire Progress { get; init; }

    /// <summary>Its parts in order; absent in a list of operations.</summary>
    public IReadOnlyList<OperationPartWire>? Parts { get; init; }

    /// <summary>The wire form.</summary>
    public static OperationWire Made(Operation operation, IReadOnlyList<OperationPart>? parts = null)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var (progress, planned) = (operation.Progress, operation.State is OperationState.Planning or OperationState.Planned);
        return new OperationWire
        {
            Id = operation.Id,
            Of = operation.Kind,
            Kind = operation.Action.Slug(),
            Source = operation.Source,
            AppName = operation.Job,
            State = operation.State,
            Summary = operation.Summary,
            Because = operation.Because,
            MadeAt = operation.MadeAt,
            MadeBy = operation.MadeBy,
            CommittedBy = operation.Actor?.Name,
            Reason = operation.Reason,
            FinishedAt = operation.FinishedAt,
            Progress = new OperationProgressWire(progress.Total, planned ? progress.Running : 0, progress.Waiting, planned ? 0 : progress.Running, progress.Done, progress.Failed, progress.Left),
            Parts = parts is null ? null : [.. parts.Select(part => new OperationPartWire(part.Name, part.Slot, part.State, part.Because, part.Action))],
        };
    }
}

/// <summary>Operations, newest first.</summary>
/// <param name="Operations">The last hundred of the source.</param>
public sealed record OperationListWire(IReadOnlyList<OperationWire> Operations);
