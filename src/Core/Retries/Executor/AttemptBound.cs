using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;

namespace Dashboard.Core.Retries.Executor;

/// <summary>
/// The bound of one attempt. At its deadline, or when somebody asks to quit, the attempt is asked to end; when it has not after the grace, it is left: whoever
/// waits goes on, and what was left can never commit.
/// </summary>
/// <remarks>
/// Leaving is needed because a driver may not come back. Npgsql sends a server that hangs a request to cancel, on the thread that cancels, and waits; so
/// nothing is ever cancelled on the thread of whoever asked to quit, and nobody waits for it.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer and no wait handle, and what was left behind still listens to it")]
internal sealed class AttemptBound : IValueTaskSource<bool>
{
    private readonly Lock changing = new();
    private readonly AttemptBounds owner;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource source = new();
    private readonly ITimer timer;
    private ManualResetValueTaskSourceCore<bool> first;
    private CancellationTokenRegistration asked;
    private CommitProof proof;
    private long due = long.MaxValue;
    private bool endAsked;
    private bool committing;
    private bool over;
    private bool left;

    public AttemptBound(AttemptBounds owner, TimeProvider clock)
    {
        this.owner = owner;
        this.clock = clock;
        Ended = () => End(inTime: true);
        timer = clock.CreateTimer(static bound => ((AttemptBound)bound!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled, some moments later, when the attempt must end.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>To be called when the attempt has ended.</summary>
    public Action Ended { get; }

    /// <summary>True when the attempt was asked to end because it took too long.</summary>
    public bool IsLate { get; private set; }

    /// <summary>Where the attempt stands.</summary>
    public AttemptPhase Phase { get; set; }

    /// <summary>What proves the COMMIT of an attempt that was left after it was sent; null of one that was left before, for it is never sent then.</summary>
    public CommitProof? CommitLeft => left && committing ? proof : null;

    /// <summary>Starts the time.</summary>
    public void Begin(CancellationToken quit)
    {
        if (owner.Deadline is { } length)
        {
            lock (changing)
            {
                SetDue(length);
            }
        }

        asked = quit.UnsafeRegister(static bound => ((AttemptBound)bound!).AskToEnd(late: false), this);
    }

    /// <summary>Says that COMMIT is sent now; false when it must not be.</summary>
    public bool MayCommit(CommitProof proven)
    {
        lock (changing)
        {
            (proof, committing) = (proven, !endAsked);
            return committing;
        }
    }

    /// <summary>Waits for what comes first: the end of the attempt (true), or the moment to leave it.</summary>
    public ValueTask<bool> FirstAsync() => new(this, first.Version);

    bool IValueTaskSource<bool>.GetResult(short token) => first.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => first.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        first.OnCompleted(continuation, state, token, flags);

    /// <summary>Stops the time, and gives back what can be used again.</summary>
    public void Finish()
    {
        asked.Dispose();
        lock (changing)
        {
            due = long.MaxValue;
            if (endAsked || left)
            {
                timer.Dispose();
                return;
            }

            if (owner.Deadline is not null)
            {
                timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            first.Reset();
            (committing, over, proof, Phase) = (false, false, default, default);
        }

        if (!owner.TakeBack(this))
        {
            timer.Dispose();
        }
    }

    private void SetDue(TimeSpan length)
    {
        due = clock.GetTimestamp() + (long)(length.TotalSeconds * clock.TimestampFrequency);
        timer.Change(length, Timeout.InfiniteTimeSpan);
    }

    // A ring before the time was meant for the attempt before, or the timer, which counts in coarser steps than the clock, is ahead of it: it rings again then.
    private bool IsEarly()
    {
        if (due == long.MaxValue)
        {
            return true;
        }

        var now = clock.GetTimestamp();
        if (now >= due)
        {
            return false;
        }

        timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling((due - now) * 1_000.0 / clock.TimestampFrequency)), Timeout.InfiniteTimeSpan);
        return true;
    }

    private void Ring()
    {
        bool leave;
        lock (changing)
        {
            if (IsEarly())
            {
                return;
            }

            leave = endAsked;
        }

        if (leave)
        {
            End(inTime: false);
        }
        else
        {
            AskToEnd(late: true);
        }
    }

    // On somebody else's thread: nothing here may wait.
    private void AskToEnd(bool late)
    {
        lock (changing)
        {
            if (endAsked || over || (late && IsEarly()))
            {
                return;
            }

            (endAsked, IsLate) = (true, late);
            SetDue(owner.Grace);
        }

        ThreadPool.UnsafeQueueUserWorkItem(
            static bound =>
            {
                try
                {
                    bound.source.Cancel();
                }
                catch (AggregateException)
                {
                    // What becomes of the function shows in how it ends.
                }
            },
            this,
            preferLocal: false);
    }

    private void End(bool inTime)
    {
        lock (changing)
        {
            if (over)
            {
                return;
            }

            (over, left) = (true, !inTime);
        }

        first.SetResult(inTime);
    }
}
