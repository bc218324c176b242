namespace Dashboard.Core.Retries.Executor;

/// <summary>Deadlines of attempts; one that was not needed is used again, so that a run that goes well allocates none.</summary>
internal sealed class AttemptDeadlines(TimeSpan length, TimeProvider clock)
{
    private AttemptDeadline? spare;

    /// <summary>How long an attempt may take.</summary>
    public TimeSpan Length => length;

    /// <summary>Begins one; ended also when <paramref name="quit"/> is.</summary>
    public AttemptDeadline Begin(CancellationToken quit)
    {
        var deadline = Interlocked.Exchange(ref spare, null) ?? new AttemptDeadline(this, clock);
        deadline.Begin(quit);
        return deadline;
    }

    private void GiveBack(AttemptDeadline deadline) => Interlocked.Exchange(ref spare, deadline);

    /// <summary>One deadline.</summary>
    internal sealed class AttemptDeadline(AttemptDeadlines owner, TimeProvider clock) : IDisposable
    {
        // Given a far end at first, so that the given clock's timer is the one that is moved.
        private readonly CancellationTokenSource source = new(TimeSpan.FromDays(1), clock);
        private CancellationTokenRegistration asked;
        private CancellationToken quit;

        /// <summary>Cancelled when the attempt must end.</summary>
        public CancellationToken Token => source.Token;

        /// <summary>True when the attempt was ended because it took too long.</summary>
        public bool Passed => source.IsCancellationRequested && !quit.IsCancellationRequested;

        /// <summary>Starts the time.</summary>
        public void Begin(CancellationToken quit)
        {
            this.quit = quit;
            source.CancelAfter(owner.Length);
            asked = quit.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
        }

        /// <summary>Stops the time, and gives back what can be used again.</summary>
        public void Dispose()
        {
            asked.Dispose();
            if (source.TryReset())
            {
                owner.GiveBack(this);
            }
            else
            {
                source.Dispose();
            }
        }
    }
}
