using Dashboard.Core.Access;

namespace Dashboard.Core.Actions.Operations;

/// <summary>What an operation is made of.</summary>
public enum OperationKind
{
    /// <summary>Slots of one job, run one by one by the dashboard's own runner.</summary>
    Slots,

    /// <summary>Jobs, each with a plan of its own.</summary>
    Jobs,

    /// <summary>Slots of one job that the scheduler makes up for by itself, because its row was set back: they are looked at, and nobody can stop them.</summary>
    Row,
}

/// <summary>How far an operation is.</summary>
public enum OperationState
{
    /// <summary>Its jobs are being looked at one by one; nothing is changed.</summary>
    Planning,

    /// <summary>It can be committed.</summary>
    Planned,

    /// <summary>It is being carried out.</summary>
    Active,

    /// <summary>What is under way ends, nothing else begins.</summary>
    Paused,

    /// <summary>Every part has ended, each in its way.</summary>
    Done,

    /// <summary>The rest was cancelled.</summary>
    Cancelled,

    /// <summary>Nobody wanted it.</summary>
    Withdrawn,
}

/// <summary>Work of many parts that is followed to its end, whoever looks on and whichever node works on it: <c>dashboard.operation</c>.</summary>
public sealed record Operation
{
    /// <summary>Its id; for slots also that of the action that asked for them.</summary>
    public required Guid Id { get; init; }

    /// <summary>What it is made of.</summary>
    public required OperationKind Kind { get; init; }

    /// <summary>In which observed database.</summary>
    public required string Source { get; init; }

    /// <summary>What is done.</summary>
    public required ActionKind Action { get; init; }

    /// <summary>The job whose slots they are; null for one on many jobs.</summary>
    public string? Job { get; init; }

    /// <summary>The end of a hold.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What was chosen, in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>How far it is.</summary>
    public required OperationState State { get; init; }

    /// <summary>Who paused or cancelled it, and why; null when nobody has.</summary>
    public string? Because { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>By whom.</summary>
    public required string MadeBy { get; init; }

    /// <summary>Who committed it, with what they were let in by; null before.</summary>
    public Actor? Actor { get; init; }

    /// <summary>Why, as they said.</summary>
    public string? Reason { get; init; }

    /// <summary>When it was committed.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Runs that ended later, by the observed database's clock, are of it; null where nothing is followed in a log.</summary>
    public DateTimeOffset? FollowedSince { get; init; }

    /// <summary>Its parts, counted.</summary>
    public OperationProgress Progress { get; init; } = new(0, 0, 0, 0, 0);

    /// <summary>Whether something of it is still to come.</summary>
    public bool IsLive => State is OperationState.Planning or OperationState.Planned or OperationState.Active or OperationState.Paused;

    /// <summary>Whether it is made of slots.</summary>
    public bool IsOfSlots => Kind is not OperationKind.Jobs;

    /// <summary>Whether it is being carried out, or will go on when somebody says so.</summary>
    public bool IsUnderWay => State is OperationState.Active or OperationState.Paused;
}

/// <summary>The parts of an operation, counted.</summary>
/// <param name="Waiting">Still to come; while it is planned, those not looked at yet.</param>
/// <param name="Running">Under way; while it is planned, those that can be done.</param>
/// <param name="Done">Done.</param>
/// <param name="Failed">Tried in vain: failed, lost, stale, or unknown.</param>
/// <param name="Left">Not done for a reason: refused, not run, cancelled.</param>
public sealed record OperationProgress(int Waiting, int Running, int Done, int Failed, int Left)
{
    /// <summary>All of them.</summary>
    public int Total => Waiting + Running + Done + Failed + Left;
}

/// <summary>One part of an operation: a slot, or a job.</summary>
/// <param name="Name">The job.</param>
/// <param name="Slot">The slot; null for a job.</param>
/// <param name="State">Its state, as it is recorded.</param>
/// <param name="Because">Why it is so; null when there is nothing to say.</param>
public sealed record OperationPart(string Name, DateTimeOffset? Slot, string State, string? Because)
{
    /// <summary>The plan of a job; null before it was made, and for slots.</summary>
    public Guid? Action { get; init; }

    /// <summary>When its run began; null for jobs.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>When its run ended; null for jobs.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The job's place in the operation; 0 for slots.</summary>
    public int Place { get; init; }
}

/// <summary>An operation and its parts, in their order.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Parts">All of its parts.</param>
public sealed record OperationView(Operation Operation, IReadOnlyList<OperationPart> Parts);

/// <summary>What is under way in one source. The same object as before when nothing changed.</summary>
/// <param name="Source">The source.</param>
/// <param name="Operations">Those that wait for somebody or are carried out, oldest first, without their parts.</param>
public sealed record OperationsSnapshot(string Source, IReadOnlyList<Operation> Operations)
{
    /// <summary>The operation in which a job is now, by the job's name; for slots and for jobs still to come.</summary>
    public required IReadOnlyDictionary<string, Guid> ByJob { get; init; }

    /// <summary>Nothing known yet.</summary>
    public static OperationsSnapshot Empty(string source) => new(source, []) { ByJob = new Dictionary<string, Guid>() };

    /// <summary>Whether another says the same.</summary>
    public bool Says(OperationsSnapshot other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Operations.SequenceEqual(other.Operations) && ByJob.Count == other.ByJob.Count && ByJob.All(pair => other.ByJob.GetValueOrDefault(pair.Key) == pair.Value);
    }
}
