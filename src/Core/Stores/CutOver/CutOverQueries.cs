using System.Collections.Concurrent;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.DualWrites;

namespace Dashboard.Core.Stores.CutOver;

/// <summary>Puts together what is known of moves between stores.</summary>
public sealed class CutOverQueries(MoveLedger moves, PartialSaveLedger partial, ICopyLedger copies, TimeProvider clock)
{
    // Days of minutes are added up: that is asked for now and then, not with each look.
    private static readonly TimeSpan BudgetHolds = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (DateTimeOffset At, BudgetEvidence? Found)> budgets = new(StringComparer.Ordinal);

    /// <summary>Everything that is known of a move.</summary>
    /// <param name="old">The old store, as <see cref="ICrashStore.Resource"/>.</param>
    /// <param name="new">The new store.</param>
    /// <param name="options">What counts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<CutOverFacts> OfAsync(string old, string @new, CutOverOptions options, CancellationToken cancellationToken) =>
        await OfAsync(old, @new, options, await copies.AllAsync(cancellationToken), await moves.TreesAsync(cancellationToken), await partial.CountsAsync(cancellationToken), await moves.UsesAsync(cancellationToken), cancellationToken);

    /// <summary>Every move that is known of: one for each two stores between which something was copied, the newest copy first.</summary>
    public async Task<(IReadOnlyList<CutOverFacts> Moves, IReadOnlyList<PartialSaveCount> Partial, IReadOnlyList<StoreUsage> Uses)> AllAsync(CutOverOptions options, CancellationToken cancellationToken)
    {
        var (all, trees) = (await copies.AllAsync(cancellationToken), await moves.TreesAsync(cancellationToken));
        var (counts, uses) = (await partial.CountsAsync(cancellationToken), await moves.UsesAsync(cancellationToken));
        var facts = new List<CutOverFacts>();
        foreach (var (old, @new) in all.Select(copy => (StoreAddress.ResourceOf(copy.Plan.Source), StoreAddress.ResourceOf(copy.Plan.Target))).Distinct())
        {
            facts.Add(await OfAsync(old, @new, options, all, trees, counts, uses, cancellationToken));
        }

        return (facts, counts, uses);
    }

    private async Task<CutOverFacts> OfAsync(
        string old, string @new, CutOverOptions options, IReadOnlyList<CopyProgress> all, IReadOnlyList<AcceptedTree> trees, IReadOnlyList<PartialSaveCount> counts, IReadOnlyList<StoreUsage> uses, CancellationToken cancellationToken) =>
        new(old, @new)
        {
            Trees = trees,
            Copies = [.. all.Where(copy => StoreAddress.ResourceOf(copy.Plan.Source) == old && StoreAddress.ResourceOf(copy.Plan.Target) == @new)],
            Partial = counts,
            Parity = await moves.ParityAsync(old, @new, cancellationToken),
            Uses = uses,
            Budget = await BudgetAsync(@new, options, cancellationToken),
            Words = await moves.WordsAsync(old, @new, cancellationToken),
        };

    private async Task<BudgetEvidence?> BudgetAsync(string store, CutOverOptions options, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (budgets.TryGetValue(store, out var known) && now - known.At is { Ticks: >= 0 } age && age < BudgetHolds)
        {
            return known.Found;
        }

        var found = await moves.BudgetAsync(store, options, now, cancellationToken);
        budgets[store] = (now, found);
        return found;
    }
}
