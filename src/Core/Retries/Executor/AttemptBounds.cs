namespace Dashboard.Core.Retries.Executor;

/// <summary>The bounds of attempts; one that was not needed is used again, so that a run that goes well allocates none.</summary>
/// <param name="deadline">How long an attempt may take; null for no bound.</param>
/// <param name="grace">How long it may go on once it was asked to end, before it is left.</param>
/// <param name="clock">For both.</param>
internal sealed class AttemptBounds(TimeSpan? deadline, TimeSpan grace, TimeProvider clock)
{
    private readonly AttemptBound?[] spare = new AttemptBound?[4];

    /// <summary>How long an attempt may take; null for no bound.</summary>
    public TimeSpan? Deadline => deadline;

    /// <summary>How long it may go on once it was asked to end.</summary>
    public TimeSpan Grace => grace;

    /// <summary>Begins one; null when nothing could ever end it.</summary>
    public AttemptBound? Begin(CancellationToken quit)
    {
        if (deadline is null && !quit.CanBeCanceled)
        {
            return null;
        }

        AttemptBound? bound = null;
        for (var place = 0; place < spare.Length && bound is null; place++)
        {
            bound = Interlocked.Exchange(ref spare[place], null);
        }

        bound ??= new AttemptBound(this, clock);
        bound.Begin(quit);
        return bound;
    }

    /// <summary>Takes one back that was never needed.</summary>
    public bool TakeBack(AttemptBound bound)
    {
        for (var place = 0; place < spare.Length; place++)
        {
            if (Interlocked.CompareExchange(ref spare[place], bound, null) is null)
            {
                return true;
            }
        }

        return false;
    }
}
