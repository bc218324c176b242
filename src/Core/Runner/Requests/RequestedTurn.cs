using Dashboard.Core.Runner.Jobs;

namespace Dashboard.Core.Runner.Requests;

/// <summary>
/// One slot that people chose, run by itself under the job's lock. The log gets a line when it succeeds; the job's row stays as it is, for what it owes and when it
/// runs next has not changed. A failure is told in the dashboard's own records alone: in the log it would be taken for one of the job's own runs.
/// </summary>
internal sealed class RequestedTurn(TurnAid aid, ISlotRequests requests, RequestedSlot asked)
{
    private readonly string runId = Guid.CreateVersion7().ToString("n");

    /// <summary>Takes it; null when somebody else took the slot, or nobody wants it any more.</summary>
    public async Task<Turn?> TakeAsync(CancellationToken quit)
    {
        var row = (await aid.Table.ReadAsync([aid.Name], quit)).GetValueOrDefault(aid.Name);
        var start = aid.Now();
        if (RequestRule.WhyNot(aid.Definition, row, asked.Slot, start) is { } because)
        {
            await requests.LeaveOutAsync(asked, because, quit);
            return null;
        }

        var locking = new JobLock(aid);
        if (await locking.RefusedAsync(row, start, quit) is { } refused)
        {
            return Over(refused);
        }

        if (await locking.TakeAsync(row, quit) is var taken and not RowWrite.Written)
        {
            return Over(aid.Over(TurnOutcome.RowLocked, taken == RowWrite.RowLocked ? "somebody holds its row" : "its row has just changed"));
        }

        if (locking.Owner is not { } owner)
        {
            // Who runs it could not be said, so that nobody could tell whether it still runs.
            await aid.Table.ReleaseAsync(aid.Name, locking.Ongoing, CancellationToken.None);
            return Over(aid.Over(TurnOutcome.Dies, "the dashboard's own records cannot be kept"));
        }

        var entry = new RunEntry(aid.Definition, start, locking.Ongoing);
        if (!await TakenAsync(owner, entry, quit))
        {
            return null;
        }

        await aid.Began();
        return Over(await RunAsync(owner, entry, quit));
    }

    private Turn Over(Turn turn) => turn with { Requested = asked.Slot };

    private async Task<bool> TakenAsync(Guid owner, RunEntry entry, CancellationToken quit)
    {
        var taken = false;
        try
        {
            return taken = await requests.TakeAsync(asked, owner, runId, quit);
        }
        finally
        {
            if (!taken)
            {
                await LetGoAsync(owner, entry);
            }
        }
    }

    private async Task<Turn> RunAsync(Guid owner, RunEntry entry, CancellationToken quit)
    {
        var begun = aid.Clock.GetTimestamp();
        if (await BodyRun.EndedAsync(aid, new JobRun(aid.Name, runId, entry.Start, asked.Slot), quit) is not { } work)
        {
            // It still runs: when this process has ended, the slot counts as lost and the lock is taken over.
            return aid.Over(TurnOutcome.Unwritten, $"it was asked to end and did not within {aid.Options.Grace.TotalSeconds:0} s");
        }

        var took = aid.Clock.GetElapsedTime(begun);
        if (work.IsCompletedSuccessfully)
        {
            var written = await WrittenAsync(entry with { Duration = took, Success = asked.Slot });
            await EndedAsync(owner, SlotEnd.Done, written ? "it succeeded" : "it succeeded, but its lock was taken away or its row held meanwhile, so the log has no line of it");
            await DisownedAsync(owner, written);
            return aid.Over(TurnOutcome.Succeeded, "it succeeded", 1);
        }

        if (quit.IsCancellationRequested)
        {
            await requests.GiveBackAsync(asked, owner, CancellationToken.None);
            await LetGoAsync(owner, entry);
            return aid.Over(TurnOutcome.Cancelled, "the runner was asked to quit; the slot waits again");
        }

        var failure = RunFailure.Of(work.Exception is { } thrown ? thrown : new OperationCanceledException());
        var because = $"{failure.Error.Type}: {failure.Error.Value}";
        await aid.NoteAsync(new SlotNote(aid.Name, runId, asked.Slot, "failed", entry.Start, because.Length <= 1_000 ? because : because[..1_000] + "…"));
        var released = await WrittenAsync(entry);
        await EndedAsync(owner, SlotEnd.Failed, because);
        await DisownedAsync(owner, released);
        return aid.Over(TurnOutcome.Failed, because);
    }

    // What was done is done: however long the own records are away, their answer is waited for only as an executor waits.
    private Task<bool> EndedAsync(Guid owner, SlotEnd end, string because) => aid.RecordedAsync(_ => requests.EndAsync(asked, owner, end, because, CancellationToken.None));

    private async Task<bool> WrittenAsync(RunEntry entry)
    {
        using var patience = new CancellationTokenSource(aid.Options.EndPatience, aid.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, aid.Ends.Over);
        try
        {
            return await aid.Table.WriteBesideAsync(entry, either.Token) == RowWrite.Written;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task LetGoAsync(Guid owner, RunEntry entry)
    {
        await aid.Table.ReleaseAsync(aid.Name, entry.Lock, CancellationToken.None);
        await DisownedAsync(owner, released: true);
    }

    // A lock that could not be given back is marked as nobody's: whoever finds it takes it over.
    private Task<bool> DisownedAsync(Guid owner, bool released)
    {
        aid.Heart.LetGo(owner);
        return aid.RecordedAsync(kept => released ? kept.DisownAsync([owner], CancellationToken.None) : kept.AbandonAsync([owner], CancellationToken.None));
    }
}
