using Dashboard.Core.Runner.Jobs;

namespace Dashboard.Core.Runner;

/// <summary>One call of a job's body, and how long it is waited for once the runner was asked to quit.</summary>
internal static class BodyRun
{
    /// <summary>Runs it to its end; the task tells how that was. Null when it was asked to end and did not: it still runs.</summary>
    public static async Task<Task?> EndedAsync(TurnAid aid, JobRun run, CancellationToken quit)
    {
        var work = Task.Run(() => aid.Job.Body.RunAsync(run, quit), CancellationToken.None);
        try
        {
            await work.WaitAsync(quit);
        }
        catch (OperationCanceledException) when (quit.IsCancellationRequested && !work.IsCompleted)
        {
            return await EndsInTimeAsync(aid, work) ? work : null;
        }
        catch (Exception)
        {
            // Whatever it was stands in the task.
        }

        return work;
    }

    private static async Task<bool> EndsInTimeAsync(TurnAid aid, Task work)
    {
        try
        {
            await work.WaitAsync(aid.Options.Grace, aid.Clock, CancellationToken.None);
        }
        catch (TimeoutException) when (!work.IsCompleted)
        {
            return false;
        }
        catch (Exception)
        {
            // Whatever it was stands in the task.
        }

        return true;
    }
}
