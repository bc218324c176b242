namespace Dashboard.Core.Runner;

/// <summary>
/// Tick after tick, as cron would start them, in one process: each begins a whole number of intervals after the first. One that takes longer is not
/// joined by a second; the next begins at the next whole interval.
/// </summary>
public static class RunnerLoop
{
    /// <summary>The interval when none is set: as fine as cron can be.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    /// <summary>Goes on until asked to quit; the running job is then asked to end and its lock is given back.</summary>
    /// <param name="tickAsync">Makes one tick.</param>
    /// <param name="interval">From the beginning of one to the beginning of the next.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="quit">Ends it.</param>
    public static async Task RunAsync(Func<CancellationToken, Task> tickAsync, TimeSpan interval, TimeProvider clock, CancellationToken quit)
    {
        ArgumentNullException.ThrowIfNull(tickAsync);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            do
            {
                await tickAsync(quit);
            }
            while (await timer.WaitForNextTickAsync(quit));
        }
        catch (OperationCanceledException) when (quit.IsCancellationRequested)
        {
            // Asked to.
        }
    }
}
