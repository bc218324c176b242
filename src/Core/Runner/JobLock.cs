using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Runner;

/// <summary>The lock of a job: whether it may be taken, and taking it with a record of whose it is.</summary>
internal sealed class JobLock(TurnAid aid)
{
    private static readonly TimeSpan Microsecond = TimeSpan.FromMicroseconds(1);
    private IReadOnlyList<LockOwner> dead = [];

    /// <summary>The lock as taken: what stands in the row.</summary>
    public DateTimeOffset Ongoing { get; private set; }

    /// <summary>The record of who holds it; null when none could be kept.</summary>
    public Guid? Owner { get; private set; }

    /// <summary>Whether the lock that stands in the row lets nobody in; null when it may be taken.</summary>
    public async Task<Turn?> RefusedAsync(Job? row, DateTimeOffset now, CancellationToken quit)
    {
        dead = [];
        if (row?.Ongoing is not { } ongoing)
        {
            return null;
        }

        if (aid.Options.Compat)
        {
            var answer = LockRule.Ask(ongoing, aid.Options.Settings, now);
            if (answer.Remark(aid.Name) is { } remark)
            {
                aid.Remarks.Add(remark);
            }

            return answer.Error is { } error ? aid.Over(TurnOutcome.Locked, error.ToString()) : null;
        }

        IReadOnlyList<LockOwner> owners = [];
        await aid.RecordedAsync(async kept => owners = await kept.OwnersAsync(aid.Name, ongoing, quit));
        var decision = OwnerRule.Ask(ongoing, owners, ProcessIdentity.IsAlive, aid.Options.Silence, aid.Options.Settings, now);
        if (!decision.Take)
        {
            return aid.Over(TurnOutcome.Locked, decision.Because);
        }

        aid.Remarks.Add($"its lock is taken over: {decision.Because}");
        await aid.NoteAsync(new SlotNote(aid.Name, "", null, "taken_over", ongoing, decision.Because));
        dead = owners;
        return null;
    }

    /// <summary>Takes it if the row still is as it was seen.</summary>
    public async Task<RowWrite> TakeAsync(Job? row, CancellationToken quit)
    {
        var now = aid.Now();
        Ongoing = row?.Ongoing == now ? now + Microsecond : now;
        Owner = null;
        await aid.RecordedAsync(async kept => Owner = await kept.OwnAsync(aid.Name, Ongoing, quit));
        var written = RowWrite.RowLocked;
        try
        {
            written = await aid.Table.LockAsync(aid.Name, row, Ongoing, quit);
        }
        finally
        {
            if (Owner is { } id)
            {
                if (written == RowWrite.Written)
                {
                    aid.Heart.Hold(id);
                }
                else
                {
                    await aid.RecordedAsync(kept => kept.DisownAsync([id], CancellationToken.None));
                }
            }
        }

        if (written == RowWrite.Written)
        {
            await aid.DisownAsync([.. dead.Select(owner => owner.Id)]);
        }

        return written;
    }
}
