using Dashboard.Kit;

namespace Dashboard.Core.Tests.Actions;

/// <summary>Counts the round trips between a process and its databases, however many there are, and holds one of them, so that the process can be killed exactly there.</summary>
internal sealed class RoundTrips
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (int Trip, Passing Way) wanted;
    private int trips;
    private bool counts;

    /// <summary>Ends when the trip is held.</summary>
    public Task Reached => reached.Task;

    /// <summary>Counts from now on, and holds one.</summary>
    /// <param name="trip">Which, from 1.</param>
    /// <param name="way">Before the server sees what is asked, or before the client sees what it answered.</param>
    public void Hold(int trip, Passing way)
    {
        lock (gate)
        {
            (wanted, trips, counts) = ((trip, way), 0, true);
        }
    }

    /// <summary>What was held is lost: the process that waited for it is gone.</summary>
    public void Lose() => killed.TrySetResult();

    /// <summary>For the proxies.</summary>
    public async Task<bool> LetsAsync(Passing way, ReadOnlyMemory<byte> bytes)
    {
        lock (gate)
        {
            trips += counts && way == Passing.Asked ? 1 : 0;
            if (!counts || (trips, way) != wanted)
            {
                return true;
            }

            counts = false;
        }

        reached.TrySetResult();
        await killed.Task;
        return false;
    }
}
