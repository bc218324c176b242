using Dashboard.Core.Ticks;

namespace Dashboard.Core.Runner;

/// <summary>Where a runner says that it is alive: when a tick begins, with each job, every few seconds, and when it ends.</summary>
public interface ITickSink
{
    /// <summary>Tells it. What cannot be told is no reason not to run jobs.</summary>
    Task TellAsync(Tick tick, CancellationToken cancellationToken);
}
