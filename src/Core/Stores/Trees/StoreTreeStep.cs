using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Generations;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Configuration.Reload;
using Dashboard.Core.Stores.Health;

namespace Dashboard.Core.Stores.Trees;

/// <summary>
/// Exchanges the tree of crash stores when a reload changes it. Only what is new in it is tried: a store that is in use already may be away just when it is to be taken out, and the operator who
/// changes something else altogether is not kept from it by a store that is down.
/// </summary>
public sealed class StoreTreeStep(GenerationHolder<StoreTree> holder, IServiceProvider services, TimeProvider clock) : IReloadStep
{
    /// <summary>How long a step of a probe may take; a reload as a whole has <see cref="ConfigurationReload.ProbeDeadline"/>.</summary>
    private static readonly TimeSpan StepDeadline = TimeSpan.FromSeconds(4);

    /// <inheritdoc/>
    public string Name => "crash stores";

    /// <inheritdoc/>
    public async Task<IReloadCandidate> BuildAsync(ConfigurationReading next, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoreLeaf> known;
        using (var now = holder.Take())
        {
            if (now.Value.Fingerprint == StoreTree.FingerprintOf(next))
            {
                return Unchanged.Instance;
            }

            known = now.Value.Leaves;
        }

        var tree = await StoreTree.BuildAsync(next, services);
        return new Candidate(this, tree, [.. tree.Leaves.Where(leaf => !known.Any(leaf.IsAs))]);
    }

    /// <summary>Tries stores by doing what they are for, each by a twin that does not wait.</summary>
    /// <exception cref="InvalidOperationException">One of them does not work.</exception>
    public static async Task ProbeAsync(IReadOnlyList<StoreLeaf> leaves, IServiceProvider services, TimeProvider clock, CancellationToken cancellationToken)
    {
        var faults = (await Task.WhenAll(leaves.Select(leaf => FaultAsync(leaf, services, clock, cancellationToken)))).OfType<string>().ToList();
        if (faults.Count > 0)
        {
            throw new InvalidOperationException(string.Join("; ", faults));
        }
    }

    private static async Task<string?> FaultAsync(StoreLeaf leaf, IServiceProvider services, TimeProvider clock, CancellationToken cancellationToken)
    {
        // A twin that does not wait, so that what is told is what was met and not that something waited for ever.
        await using var maker = new ClassMaker(services);
        var hasty = leaf.Configured.Section.All.Select(value => value.Option.Name == "transaction_executor_class" ? value with { Value = StoreProbe.Waits.TransactionExecutorClass } : value);
        var twin = maker.Make<ICrashStore>(leaf.Configured with { Section = new SectionValues(leaf.Place, hasty) });
        var steps = await new StoreProbe(clock, StepDeadline).ProbeAsync(twin, cancellationToken);
        return steps is [.., { Ok: false } failed] ? $"{leaf.Place} ({leaf.Resource}) does not {failed.Kind.ToString().ToLowerInvariant()}: {failed.Detail}" : null;
    }

    private GenerationHolder<StoreTree> Holder => holder;

    private IServiceProvider Services => services;

    private TimeProvider Clock => clock;

    private sealed class Candidate(StoreTreeStep step, StoreTree tree, IReadOnlyList<StoreLeaf> unknown) : IReloadCandidate
    {
        private Generation<StoreTree>? old;

        public Task ProbeAsync(CancellationToken cancellationToken) => StoreTreeStep.ProbeAsync(unknown, step.Services, step.Clock, cancellationToken);

        public void Swap() => old = step.Holder.Swap(tree);

        public Task<bool> DrainAsync(TimeSpan most, CancellationToken cancellationToken) => old!.DrainAsync(most, step.Clock, cancellationToken);

        public ValueTask DisposeAsync() => old is null ? tree.DisposeAsync() : ValueTask.CompletedTask;
    }

    /// <summary>The tree stays, with the connections it has.</summary>
    private sealed class Unchanged : IReloadCandidate
    {
        public static readonly Unchanged Instance = new();

        public Task ProbeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Swap()
        {
        }

        public Task<bool> DrainAsync(TimeSpan most, CancellationToken cancellationToken) => Task.FromResult(true);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
