using System.Net.Sockets;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Runner.Requests;

/// <summary>
/// The last part of a tick: slots people chose one by one. One at a time and after the jobs' own runs, so that these never wait for it longer than one slot and
/// <see cref="RunnerOptions.Requested"/>; a failure does not keep the others.
/// </summary>
internal sealed class RequestedSlots(ISlotRequests requests, RunnerOptions options, TimeProvider clock)
{
    /// <summary>Runs what waits.</summary>
    /// <param name="jobs">The jobs the runner has.</param>
    /// <param name="takeAsync">Runs one; null when somebody else took it.</param>
    /// <param name="quit">The runner was asked to quit.</param>
    public async Task<IReadOnlyList<Turn>> ServeAsync(IReadOnlyCollection<string> jobs, Func<RequestedSlot, Task<Turn?>> takeAsync, CancellationToken quit)
    {
        var turns = new List<Turn>();
        var free = jobs.ToHashSet(StringComparer.Ordinal);
        var begun = clock.GetTimestamp();
        try
        {
            await requests.SettleAsync(options.Silence, quit);
            while (!quit.IsCancellationRequested && clock.GetElapsedTime(begun) < options.Requested && await requests.NextAsync(free, quit) is { } next)
            {
                if (await takeAsync(next) is not { } turn)
                {
                    continue;
                }

                turns.Add(turn);
                if (turn.Outcome is not (TurnOutcome.Succeeded or TurnOutcome.Failed))
                {
                    // It is locked, or its row is: at the next tick again.
                    free.Remove(next.Job);
                }
            }
        }
        catch (OperationCanceledException) when (quit.IsCancellationRequested)
        {
            // The slots wait.
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException or SocketException or CommitInDoubtException)
        {
            // The own records are away: the slots wait in them.
        }

        return turns;
    }
}
