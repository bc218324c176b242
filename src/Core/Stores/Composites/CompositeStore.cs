using System.Runtime.CompilerServices;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Composites;

/// <summary>What stores have in common that are made of other stores.</summary>
/// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
/// <param name="parts">In the order of the configuration.</param>
public abstract class CompositeStore(string name, IReadOnlyList<ICrashStore> parts) : CrashStore(name)
{
    /// <summary>The stores it is made of, in the order of the configuration.</summary>
    public IReadOnlyList<ICrashStore> Parts => parts;

    /// <summary>Closes all of them; one that fails keeps none of the others open.</summary>
    /// <exception cref="StoresFailedException">Some did not close. The original said so only when all had failed.</exception>
    public override async ValueTask DisposeAsync()
    {
        List<StoreFailure>? failures = null;
        foreach (var part in parts)
        {
            try
            {
                await part.DisposeAsync();
            }
            catch (Exception cause)
            {
                (failures ??= []).Add(new StoreFailure(part.Name, cause));
            }
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
        if (failures is not null)
        {
            throw new StoresFailedException(Name, failures);
        }
    }

    /// <summary>The new crashes of one part, which answers for them itself.</summary>
    protected static async IAsyncEnumerable<NewCrash> NewCrashesOfAsync(ICrashStore part, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(part);
        await foreach (var crash in part.NewCrashesAsync(cancellationToken))
        {
            yield return new NewCrash(crash.Id, new PartReceipt(part, crash.Receipt));
        }
    }

    /// <summary>Tells the part that handed it out. The original told nobody.</summary>
    public override ValueTask AckCrashAsync(NewCrash crash, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(crash);
        return crash.Receipt is PartReceipt receipt && parts.Contains(receipt.Part)
            ? receipt.Part.AckCrashAsync(crash with { Receipt = receipt.Receipt }, cancellationToken)
            : throw new ArgumentException("This crash was not handed out by this store.", nameof(crash));
    }

    /// <summary>What one of two answers: the first, and the second only when the first was asked and said that it has it not. An outage is no answer.</summary>
    protected static async ValueTask<T> FirstThatHasItAsync<T>(ICrashStore first, ICrashStore second, Func<ICrashStore, ValueTask<T>> ask)
    {
        ArgumentNullException.ThrowIfNull(ask);
        try
        {
            return await ask(first);
        }
        catch (CrashNotFoundException)
        {
            return await ask(second);
        }
    }

    private sealed record PartReceipt(ICrashStore Part, object? Receipt);
}
