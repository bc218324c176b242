using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Runner;

/// <summary>
/// One job's turn: is it time, do its parents let it, does its lock, and then its run. Asks crontabber's rules in crontabber's order; where this runner is
/// better than its model, <see cref="RunnerOptions.Compat"/> says which of the two is wanted.
/// </summary>
internal sealed class JobTurn(TurnAid aid)
{
    // A row that changes under the eyes is looked at again this often.
    private const int MostLooks = 5;

    /// <summary>Takes it.</summary>
    /// <param name="force">Whatever time and parents say. The lock holds all the same.</param>
    /// <param name="quit">The runner was asked to quit.</param>
    public async Task<Turn> TakeAsync(bool force, CancellationToken quit)
    {
        if (aid.Schedule.Seconds.Error is { } unusable)
        {
            return aid.Over(TurnOutcome.Dies, unusable.ToString());
        }

        for (var look = 0; look < MostLooks; look++)
        {
            var rows = await aid.Table.ReadAsync([aid.Name, .. aid.Definition.DependsOn], quit);
            if (!force && Kept(rows) is { } kept)
            {
                return kept;
            }

            var row = rows.GetValueOrDefault(aid.Name);
            var start = aid.Now();
            var locking = new JobLock(aid);
            if (await locking.RefusedAsync(row, start, quit) is { } refused)
            {
                return refused;
            }

            switch (await locking.TakeAsync(row, quit))
            {
                case RowWrite.Written:
                    await aid.Began();
                    return await new RunUnderLock(aid, row, start, locking.Ongoing, locking.Owner).GoAsync(quit);
                case RowWrite.RowLocked:
                    return aid.Over(TurnOutcome.RowLocked, "somebody holds its row");
            }
        }

        return aid.Over(TurnOutcome.Locked, "its row changes all the time: another runner is at it");
    }

    // Its time first, then its parents.
    private Turn? Kept(IReadOnlyDictionary<string, Job> rows)
    {
        var due = DueRule.Ask(aid.Schedule, rows.GetValueOrDefault(aid.Name), aid.Now());
        if (due.Error is { } unusable)
        {
            return aid.Over(TurnOutcome.Dies, unusable.ToString());
        }

        if (!due.Value.IsDue)
        {
            return aid.Over(TurnOutcome.NotDue, due.Value.Because);
        }

        var parents = ParentRule.Ask(aid.Definition.DependsOn, rows.GetValueOrDefault, aid.Now());
        return parents.Error is { } death
            ? aid.Options.Compat ? aid.Over(TurnOutcome.Dies, death.ToString()) : aid.Over(TurnOutcome.Waits, "a parent has no next run: its first run has not ended")
            : parents.Value is { } unmet ? aid.Over(TurnOutcome.Waits, unmet.Reason) : null;
    }
}
