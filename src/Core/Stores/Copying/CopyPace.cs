using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Stores.Copying;

/// <summary>
/// How many crashes a copier has under way at once: one more with each that is through (so twice as many in the time one takes) until a store says for the first time that it is too much, by a
/// failure an executor waits after; then half as many as soon as one says so, and one more after each quiet while. It listens as the telemetry of the stores' executors, and passes on what it hears.
/// </summary>
/// <param name="most">Never more than this.</param>
/// <param name="clock">For the quiet whiles.</param>
/// <param name="next">Where it passes on.</param>
public sealed class CopyPace(int most, TimeProvider clock, IRetryTelemetry next) : IRetryTelemetry
{
    /// <summary>How long nothing must have failed before one more is tried.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    // Many fail at once when it is too much; that is one sign.
    private static readonly TimeSpan OneSign = TimeSpan.FromSeconds(1);

    private readonly Lock one = new();
    private int now = Math.Min(4, most);
    private long changed = clock.GetTimestamp();
    private long halved = long.MinValue;
    private long held;

    /// <summary>How many at once, as of now.</summary>
    public int Now
    {
        get
        {
            lock (one)
            {
                if (held > 0 && now < most && clock.GetElapsedTime(changed) >= Quiet)
                {
                    (now, changed) = (now + 1, clock.GetTimestamp());
                }

                return now;
            }
        }
    }

    /// <summary>How often it was slowed down.</summary>
    public long HeldBack => Interlocked.Read(ref held);

    /// <summary>A crash is through: a store that takes what it is given may get more, while nobody knows how much is too much. One that hangs lets nothing through, and gets no more.</summary>
    public void GotThrough()
    {
        lock (one)
        {
            if (held == 0 && now < most)
            {
                now++;
            }
        }
    }

    /// <inheritdoc/>
    public void Tell(RetryEvent told)
    {
        ArgumentNullException.ThrowIfNull(told);
        if (told.Outcome is RetryOutcome.Fail or RetryOutcome.GaveUp)
        {
            lock (one)
            {
                var at = clock.GetTimestamp();
                if (halved == long.MinValue || clock.GetElapsedTime(halved, at) >= OneSign)
                {
                    (now, halved, held) = (Math.Max(1, now / 2), at, held + 1);
                }

                changed = at;
            }
        }

        next.Tell(told);
    }

    /// <inheritdoc/>
    public void Count(ExecutorIdentity who, string resource, string backend) => next.Count(who, resource, backend);
}
