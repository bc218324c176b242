using System.Threading.Channels;

namespace Dashboard.Core.Feeds;

/// <summary>Several reasons to look again, as one: whoever waits is woken once, however many came since it last looked.</summary>
internal sealed class Wakes
{
    private static readonly TimeSpan ClockStep = TimeSpan.FromSeconds(1);
    private readonly Channel<bool> woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Each time there is reason to look, until cancelled.</summary>
    public IAsyncEnumerable<bool> AllAsync(CancellationToken cancellationToken) => woken.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Wakes now.</summary>
    public void Wake() => woken.Writer.TryWrite(true);

    /// <summary>Rests after a piece of work, so that what follows from a change never takes the processor from showing the next one.</summary>
    /// <param name="clock">Whose time.</param>
    /// <param name="began">When the work began, by that clock.</param>
    /// <param name="times">How many times as long as the work it rests.</param>
    /// <param name="least">And at least so long.</param>
    /// <param name="most">And no longer than this.</param>
    /// <param name="cancellationToken">Ends the rest.</param>
    public static Task RestAsync(TimeProvider clock, long began, int times, TimeSpan least, TimeSpan most, CancellationToken cancellationToken)
    {
        var rest = clock.GetElapsedTime(began) * times;
        return Task.Delay(rest < least ? least : rest > most ? most : rest, clock, cancellationToken);
    }

    /// <summary>Wakes now, and with each newest snapshot of a feed until cancelled.</summary>
    public async Task WithAsync<T>(Feed<T> feed, CancellationToken cancellationToken)
        where T : class
    {
        using var told = feed.Tell(this);
        Wake();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    /// <summary>Wakes with each second of the clock.</summary>
    public async Task WithAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ClockStep, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            woken.Writer.TryWrite(true);
        }
    }
}
