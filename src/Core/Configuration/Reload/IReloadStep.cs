using Dashboard.Core.Configuration.Generations;
using Dashboard.Core.Configuration.Readings;

namespace Dashboard.Core.Configuration.Reload;

/// <summary>Something the program has built from its configuration and can exchange alive. Register it as a service; each reload asks all of them.</summary>
public interface IReloadStep
{
    /// <summary>What it is, as an operator would call it: <c>crash stores</c>.</summary>
    string Name { get; }

    /// <summary>Builds what the new configuration asks for, beside what is in use. Nothing of it is used yet.</summary>
    /// <exception cref="Exception">It cannot be built: the message tells an operator why, and the reload is rejected.</exception>
    Task<IReloadCandidate> BuildAsync(ConfigurationReading next, CancellationToken cancellationToken);
}

/// <summary>What was built. It is disposed of when the reload is rejected; once it was swapped in, that is no longer up to it.</summary>
public interface IReloadCandidate : IAsyncDisposable
{
    /// <summary>Tries the real thing once, until the token says that it took too long.</summary>
    /// <exception cref="Exception">It does not work: the message tells an operator why, and the reload is rejected.</exception>
    Task ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Puts it in the place of what is in use. It neither waits nor fails.</summary>
    void Swap();

    /// <summary>Waits until nobody works with the old one any more and it was disposed of.</summary>
    /// <returns>False when that took longer: it then ends by itself, later.</returns>
    Task<bool> DrainAsync(TimeSpan most, CancellationToken cancellationToken);
}

/// <summary>A step that exchanges what a <see cref="GenerationHolder{T}"/> holds.</summary>
/// <param name="name">What it is, as an operator would call it.</param>
/// <param name="holder">Where it is held.</param>
/// <param name="build">Makes one from a configuration.</param>
/// <param name="probe">Tries one.</param>
/// <param name="clock">For the wait.</param>
public sealed class GenerationStep<T>(
    string name, GenerationHolder<T> holder, Func<ConfigurationReading, CancellationToken, Task<T>> build, Func<T, CancellationToken, Task> probe, TimeProvider clock) : IReloadStep
    where T : class, IAsyncDisposable
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public async Task<IReloadCandidate> BuildAsync(ConfigurationReading next, CancellationToken cancellationToken) => new Candidate(await build(next, cancellationToken), holder, probe, clock);

    private sealed class Candidate(T built, GenerationHolder<T> holder, Func<T, CancellationToken, Task> probe, TimeProvider clock) : IReloadCandidate
    {
        private Generation<T>? old;

        public Task ProbeAsync(CancellationToken cancellationToken) => probe(built, cancellationToken);

        public void Swap() => old = holder.Swap(built);

        public Task<bool> DrainAsync(TimeSpan most, CancellationToken cancellationToken) => old!.DrainAsync(most, clock, cancellationToken);

        public ValueTask DisposeAsync() => old is null ? built.DisposeAsync() : ValueTask.CompletedTask;
    }
}

/// <summary>Looks at a configuration as a whole before it is used: what it asks for may be well formed and still not be allowed.</summary>
public interface IConfigurationCheck
{
    /// <summary>Why not to use it; null when there is no reason.</summary>
    string? Refusal(ConfigurationReading reading);
}
