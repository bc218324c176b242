using System.Globalization;
using Dashboard.Core.Actions.Plans;

namespace Dashboard.Core.Actions.Operations;

/// <summary>Operations as people read them.</summary>
public static class OperationWords
{
    /// <summary>What it is, before anything is known of how it goes: <c>Backfill of reports-clean</c>, <c>Hold 12 jobs</c>.</summary>
    public static string Title(Operation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return operation.IsOfSlots ? $"Backfill of {operation.Job}" : $"{operation.Action.Button()}: {PlanWords.Count(operation.Progress.Total, "job")}";
    }

    /// <summary>How it goes: <c>3 done, 1 running, 0 failed, 3 waiting</c>.</summary>
    public static string Progress(Operation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var progress = operation.Progress;
        List<string> parts = operation.State switch
        {
            OperationState.Planning => [$"{progress.Total - progress.Waiting} of {progress.Total} looked at"],
            OperationState.Planned => [$"{progress.Running} can be done"],
            _ when operation.IsOfSlots => [$"{progress.Done} done", $"{progress.Running} running", $"{progress.Failed} failed", $"{progress.Waiting} waiting"],
            _ => [$"{progress.Done} done", $"{progress.Failed} failed", $"{progress.Waiting} waiting"],
        };
        if (progress.Left > 0)
        {
            parts.Add(operation.IsOfSlots ? $"{progress.Left} not run" : $"{progress.Left} left as they are");
        }

        return string.Join(", ", parts);
    }

    /// <summary>How many of its parts have ended, or have been looked at while it is planned.</summary>
    public static int Ended(OperationState state, OperationProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        return state switch
        {
            OperationState.Planning => progress.Total - progress.Waiting,
            OperationState.Planned => progress.Total,
            _ => progress.Done + progress.Failed + progress.Left,
        };
    }

    /// <summary>How it ended, for the audit.</summary>
    public static string Ended(Operation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return string.Create(CultureInfo.InvariantCulture, $"{Title(operation)}: {(operation.State == OperationState.Cancelled ? "the rest was cancelled; " : "")}{Progress(operation)}.");
    }

    /// <summary>A state of a part as it stands in a table.</summary>
    public static string Part(OperationPart part, OperationState operation)
    {
        ArgumentNullException.ThrowIfNull(part);
        return part.State switch
        {
            "unplanned" => "to be looked at",
            "planned" => operation is OperationState.Planning or OperationState.Planned ? "will change" : "waiting",
            "not_run" => "not run",
            "refused" => "left as it is",
            "stale" => "changed since, left as it is",
            "busy" => "row held, left as it is",
            var state => state,
        };
    }
}
