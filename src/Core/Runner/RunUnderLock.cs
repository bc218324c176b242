using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Runner;

/// <summary>A run under the lock, slot by slot.</summary>
internal sealed class RunUnderLock(TurnAid aid, Job? row, DateTimeOffset start, DateTimeOffset ongoing, Guid? owner)
{
    private readonly string runId = Guid.CreateVersion7().ToString("n");
    private DateTimeOffset? done;
    private int succeeded;

    public async Task<Turn> GoAsync(CancellationToken quit)
    {
        var begun = aid.Clock.GetTimestamp();
        var times = RunTimesRule.For(aid.Schedule, row, aid.Now());
        if (times.Warning is { } warning)
        {
            aid.Remarks.Add(warning);
        }

        if (times.Error is { } error)
        {
            return await FailedAsync(null, RunFailure.Of(error), aid.Clock.GetElapsedTime(begun));
        }

        if (times.Slots.IsEndless && !aid.Options.Compat)
        {
            return await FailedAsync(null, RunFailure.Of(new SchedulerError("FrequencyDefinitionError", $"{aid.Schedule.Frequency} never ends")), aid.Clock.GetElapsedTime(begun));
        }

        foreach (var slot in times.Slots)
        {
            if (quit.IsCancellationRequested)
            {
                return await CancelledAsync(slot);
            }

            var run = new JobRun(aid.Name, runId, start, aid.Schedule.Backfills ? slot : null);
            if (await BodyRun.EndedAsync(aid, run, quit) is not { } work)
            {
                // It still runs: only the end of this process lets others have the lock.
                return await UnwrittenAsync(slot, $"it was asked to end and did not within {aid.Options.Grace.TotalSeconds:0} s");
            }

            var took = aid.Clock.GetElapsedTime(begun);
            begun = aid.Clock.GetTimestamp();
            if (!work.IsCompletedSuccessfully)
            {
                return quit.IsCancellationRequested && !aid.Options.Compat
                    ? await CancelledAsync(slot)
                    : await FailedAsync(slot, RunFailure.Of(work.Exception is { } thrown ? thrown : new OperationCanceledException()), took);
            }

            (done, succeeded) = (slot, succeeded + 1);
            if (await SucceededAsync(slot, took, last: succeeded == times.Slots.Count) is { } over)
            {
                return over;
            }
        }

        // There was nothing to make up for: no log row, but the next run moves on.
        return await EndedAsync(new RunEntry(aid.Definition, start, ongoing) { Ends = true }, null) ?? aid.Over(TurnOutcome.Succeeded, "there was nothing to make up for");
    }

    private async Task<Turn?> SucceededAsync(DateTimeOffset slot, TimeSpan took, bool last)
    {
        var entry = new RunEntry(aid.Definition, start, ongoing) { Duration = took, Success = slot, LastSlot = slot, Ends = last };
        if (aid.Options.Compat)
        {
            await aid.Table.LogAloneAsync(entry, CancellationToken.None);
            return last ? await EndedAsync(entry, slot) ?? Well() : null;
        }

        return await EndedAsync(entry, slot) ?? (last ? Well() : null);
    }

    private Turn Well() => aid.Over(TurnOutcome.Succeeded, succeeded == 1 ? "it succeeded" : $"it succeeded for {succeeded} slots", succeeded);

    private async Task<Turn> FailedAsync(DateTimeOffset? slot, RunFailure failure, TimeSpan took)
    {
        var entry = new RunEntry(aid.Definition, start, ongoing) { Duration = took, Failure = failure, LastSlot = done, Ends = true };
        if (aid.Options.Compat)
        {
            await aid.Table.LogAloneAsync(entry, CancellationToken.None);
        }
        else
        {
            await aid.NoteAsync(new SlotNote(aid.Name, runId, aid.Schedule.Backfills ? slot : null, "failed", start, $"{failure.Error.Type}: {Short(failure.Error.Value)}"));
        }

        return await EndedAsync(entry, slot) ?? aid.Over(TurnOutcome.Failed, $"{failure.Error.Type}: {failure.Error.Value}", succeeded);
    }

    private static string Short(string text) => text.Length <= 1000 ? text : text[..1000] + "…";

    // Null when it is written; the turn is over otherwise.
    private async Task<Turn?> EndedAsync(RunEntry entry, DateTimeOffset? slot)
    {
        RowWrite written;
        try
        {
            written = aid.Options.Compat ? await aid.Table.EndAloneAsync(entry, aid.Options.Settings, CancellationToken.None) : await PatientlyAsync(entry, slot);
        }
        catch (SchedulerException cause)
        {
            return aid.Over(TurnOutcome.Dies, cause.Message, succeeded);
        }

        switch (written)
        {
            case RowWrite.Written:
                if (entry.Ends)
                {
                    await DisownedAsync();
                }

                return null;
            case RowWrite.Changed:
                await SupersededAsync(slot);
                return aid.Over(TurnOutcome.Superseded, "its lock was taken over by somebody else while it ran", succeeded);
            default:
                return aid.Options.Compat
                    ? await UnwrittenAsync(slot, "somebody held its row when it ended")
                    : aid.Over(TurnOutcome.Unwritten, $"somebody has held its row for {aid.Options.EndPatience.TotalSeconds:0} s since it ended; it is written when he lets go", succeeded);
        }
    }

    // A row somebody holds, or a database that restarts, must not cost what was done. The other jobs do not wait for it longer than a minute.
    private async Task<RowWrite> PatientlyAsync(RunEntry entry, DateTimeOffset? slot)
    {
        var writing = aid.Table.WriteAsync(entry, aid.Options.Settings, aid.Ends.Over);
        try
        {
            return await writing.WaitAsync(aid.Options.EndPatience, aid.Clock, CancellationToken.None);
        }
        catch (TimeoutException) when (!writing.IsCompleted)
        {
            aid.Ends.Add(WrittenLaterAsync(writing, entry, slot));
            return RowWrite.RowLocked;
        }
    }

    // Behind the tick: the lock is held and said to be alive until the end is written, or the runner quits.
    private async Task<bool> WrittenLaterAsync(Task<RowWrite> writing, RunEntry entry, DateTimeOffset? slot)
    {
        await using var heart = aid.NewHeart();
        if (owner is { } id)
        {
            heart.Hold(id);
            aid.Heart.LetGo(id);
        }

        heart.Start();
        try
        {
            if (await writing == RowWrite.Changed)
            {
                await SupersededAsync(slot);
            }
            else
            {
                if (!entry.Ends)
                {
                    // The slots after this one are the next tick's.
                    await aid.Table.ReleaseAsync(aid.Name, ongoing, CancellationToken.None);
                }

                await DisownedAsync();
            }

            return true;
        }
        catch (Exception cause)
        {
            await AbandonedAsync();
            await UnwrittenAsync(slot, cause is OperationCanceledException ? "somebody held its row, and the runner was asked to quit" : $"its end could not be written: {cause.Message}");
            return false;
        }
    }

    // It is still due and free: the next tick begins with this slot.
    private async Task<Turn> CancelledAsync(DateTimeOffset slot)
    {
        await aid.Table.ReleaseAsync(aid.Name, ongoing, CancellationToken.None);
        await DisownedAsync();
        await aid.NoteAsync(new SlotNote(aid.Name, runId, aid.Schedule.Backfills ? slot : null, "cancelled", start, "the runner was asked to quit"));
        return aid.Over(TurnOutcome.Cancelled, "the runner was asked to quit; its lock is given back and it is still due", succeeded);
    }

    private async Task<Turn> UnwrittenAsync(DateTimeOffset? slot, string because)
    {
        await aid.NoteAsync(new SlotNote(aid.Name, runId, aid.Schedule.Backfills ? slot : null, "unwritten", start, because));
        return aid.Over(TurnOutcome.Unwritten, because, succeeded);
    }

    private async Task SupersededAsync(DateTimeOffset? slot)
    {
        await aid.NoteAsync(new SlotNote(aid.Name, runId, aid.Schedule.Backfills ? slot : null, "superseded", start, "its lock was taken over while it ran; the other run is the one on record"));
        await DisownedAsync();
    }

    private async Task AbandonedAsync()
    {
        if (owner is { } id)
        {
            aid.Heart.LetGo(id);
            await aid.RecordedAsync(kept => kept.AbandonAsync([id], CancellationToken.None));
        }
    }

    private async Task DisownedAsync()
    {
        if (owner is { } id)
        {
            aid.Heart.LetGo(id);
            await aid.RecordedAsync(kept => kept.DisownAsync([id], CancellationToken.None));
        }
    }
}
