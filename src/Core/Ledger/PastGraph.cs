using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;

namespace Dashboard.Core.Ledger;

/// <summary>
/// Who waited for whom at a moment. Where jobs stood is as it was kept; what a tick would have done then is reckoned from the rows as they were kept, by the very rule of the present. Who depends on
/// whom is not kept: the lines are those of the present.
/// </summary>
/// <param name="Tick">What a tick that began then would have done.</param>
/// <param name="Standings">Where the jobs stood.</param>
public sealed record PastGraph(TickSnapshot Tick, StandingsSnapshot Standings)
{
    /// <summary>Of what was kept of a moment.</summary>
    /// <param name="past">What was kept.</param>
    /// <param name="book">What is configured now.</param>
    /// <param name="present">The present graph, for who depends on whom.</param>
    public static PastGraph Of(PastMoment past, ScheduleBook book, TickSnapshot present)
    {
        ArgumentNullException.ThrowIfNull(past);
        ArgumentNullException.ThrowIfNull(book);
        ArgumentNullException.ThrowIfNull(present);
        var parents = (present.Rows?.Jobs ?? []).ToDictionary(row => row.Name, row => row.DependsOn, StringComparer.Ordinal);
        var kept = past.Standings.Values.OrderBy(standing => standing.Job, CodePointOrder.Instance).ToArray();
        var rows = JobsSnapshot.Empty(present.Source) with { Jobs = [.. kept.Select(standing => Row(standing, past.At, parents.GetValueOrDefault(standing.Job, [])))], AsOf = past.At };

        // Whose lock it was and whether that process lived is not kept: nothing is said of it.
        var tick = TickRule.Next(TickSnapshot.Empty(present.Source), book, rows, RunsSnapshot.Empty(present.Source), past.At, new TickRunner { IsOwn = present.Runner.IsOwn });
        return new PastGraph(tick, StandingsSnapshot.Empty(present.Source) with
        {
            Jobs = [.. kept.Zip(rows.Jobs, (standing, row) => new JobStanding(row, JobHistory.None, standing.State, standing.Because, null) { Tick = tick.Find(row.Name), Definition = book.Find(row.Name) })],
            AsOf = past.At,
        });
    }

    // A row is kept when its job stands elsewhere or fails once more, not with each run: whoever waited for its time was not due, whatever the next run that was kept says.
    private static Job Row(KeptStanding standing, DateTimeOffset at, IReadOnlyList<string> parents) => new()
    {
        Name = standing.Job,
        NextRun = standing is { State: JobState.Waiting, NextRun: { } next } && next < at ? at : standing.NextRun,
        FirstRun = standing.LastRun,
        LastRun = standing.LastRun,
        LastSuccess = standing.LastSuccess,
        Ongoing = standing.Ongoing,
        ErrorCount = standing.ErrorCount,
        DependsOn = parents,
        LastError = standing.ErrorType is { } type ? new JobError(type, standing.ErrorValue ?? "", "") : null,
    };
}
