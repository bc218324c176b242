namespace Dashboard.Core.Verdicts.Engine;

/// <summary>When executors try again within a run, and how many tries in a row an attempt is the next of.</summary>
internal static class AttemptLadder
{
    // crontabber's backoff_delays, as they are unless somebody set others.
    private static readonly TimeSpan[] Delays = [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(300)];

    /// <summary>How many attempts a limited executor makes.</summary>
    public static int Length => Delays.Length;

    /// <summary>How long it waits after so many attempts of one run.</summary>
    public static TimeSpan After(int attempts) => Delays[Math.Clamp(attempts, 1, Delays.Length) - 1];

    /// <summary>
    /// How many attempts one executor that never gave up would have made in the time since a trouble began: what was tried for in vain so long is no fresh failure of the run that comes next, and however many runs
    /// that time held, a trouble as old is as likely to end.
    /// </summary>
    public static int Within(TimeSpan sinceItBegan)
    {
        var (made, at) = (0, TimeSpan.Zero);
        for (; made < HealCounts.Pooled && at < sinceItBegan; made++)
        {
            at += After(made + 1);
        }

        return made;
    }
}
