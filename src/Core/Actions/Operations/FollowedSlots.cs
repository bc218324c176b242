using System.Globalization;
using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;

namespace Dashboard.Core.Actions.Operations;

/// <summary>What is known of a slot of a backfill that the scheduler makes by itself.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="State">waiting, running, done, failed or not_run, as operations record it.</param>
/// <param name="Because">Why it is so; null when there is nothing to say.</param>
internal sealed record FollowedSlot(DateTimeOffset Slot, string State, string? Because)
{
    /// <summary>When its run began; null when that is not known.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>When it ended; null before.</summary>
    public DateTimeOffset? Ended { get; init; }
}

/// <summary>
/// Tells from the job's row and the runs since what became of the slots a backfill through the row is about. The scheduler says nothing of slots: a line of its log
/// names the slot of a success, and the row how far it has come. What the row has left behind without a run is not run any more.
/// </summary>
internal static class FollowedSlots
{
    private const string Gone = "the job has no row any more: it was reset, and its next run is its first";
    private const string Passed = "the job's last success was set past it without a run";

    /// <summary>The slots that are still to come, as they are now.</summary>
    /// <param name="waiting">The slots, waiting or running as recorded.</param>
    /// <param name="row">The job's row; null when it has none.</param>
    /// <param name="ledger">Made of the runs that ended since; null when the job's schedule is not known.</param>
    /// <param name="since">The runs that ended since.</param>
    /// <param name="isSettled">Whether the log was read after the row: then what has no run had none.</param>
    public static IReadOnlyList<FollowedSlot> For(IEnumerable<DateTimeOffset> waiting, Job? row, SlotLedger? ledger, IReadOnlyList<SlotRun> since, bool isSettled)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        ArgumentNullException.ThrowIfNull(since);
        var done = since.Where(run => run.Success is not null).GroupBy(run => run.Success!.Value).ToDictionary(runs => runs.Key, runs => runs.Last());
        return [.. waiting.Select(slot => Of(slot, row, ledger, done.GetValueOrDefault(slot), isSettled)).OfType<FollowedSlot>()];
    }

    private static FollowedSlot? Of(DateTimeOffset slot, Job? row, SlotLedger? ledger, SlotRun? success, bool isSettled)
    {
        if (success is not null)
        {
            return new FollowedSlot(slot, "done", success.Length is { } length ? string.Create(CultureInfo.InvariantCulture, $"its run took {length.TotalSeconds:0.##} s") : null)
            {
                Began = success.Ended - success.Length,
                Ended = success.Ended,
            };
        }

        if (row is null)
        {
            return isSettled ? new FollowedSlot(slot, "not_run", Gone) : null;
        }

        return ledger?.At(slot) switch
        {
            null => null,
            { State: SlotState.Running } => new FollowedSlot(slot, "running", null) { Began = row.Ongoing },
            { State: SlotState.Failed } cell => new FollowedSlot(slot, "waiting", $"{Failures(cell)}; it is tried again before the later ones"),
            { State: SlotState.Lost } cell => new FollowedSlot(slot, "failed", $"{Failures(cell)}; the scheduler takes it for done") { Ended = cell.Ended },
            { State: SlotState.Owed or SlotState.NotYet } => new FollowedSlot(slot, "waiting", null),
            _ => isSettled && slot <= row.LastSuccess ? new FollowedSlot(slot, "not_run", Passed) : null,
        };
    }

    private static string Failures(SlotCell cell) =>
        $"failed {(cell.Failures == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{cell.Failures} times"))}{(cell.ErrorType is { } type ? $" with {type}" : "")}";
}
