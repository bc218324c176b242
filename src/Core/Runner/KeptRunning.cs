namespace Dashboard.Core.Runner;

/// <summary>Keeps something running that should never end: when it dies it is told and begun again after a pause, each time it dies at once a longer one.</summary>
internal static class KeptRunning
{
    /// <summary>The first pause.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>The longest.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>Goes on until asked to quit; throws nothing.</summary>
    /// <param name="runAsync">What is to run.</param>
    /// <param name="clock">For pauses. What has run for the longest pause before it died is begun again after the shortest.</param>
    /// <param name="died">Told how it died and the pause before it is begun again.</param>
    /// <param name="quit">Ends it.</param>
    public static async Task RunAsync(Func<CancellationToken, Task> runAsync, TimeProvider clock, Action<Exception, TimeSpan> died, CancellationToken quit)
    {
        for (var pause = Shortest; !quit.IsCancellationRequested;)
        {
            var begun = clock.GetTimestamp();
            try
            {
                await runAsync(quit);
                return;
            }
            catch (OperationCanceledException) when (quit.IsCancellationRequested)
            {
                return;
            }
            catch (Exception cause)
            {
                pause = clock.GetElapsedTime(begun) >= Longest ? Shortest : pause;
                died(cause, pause);
            }

            await Task.Delay(pause, clock, quit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < Longest ? pause * 2 : Longest;
        }
    }
}
