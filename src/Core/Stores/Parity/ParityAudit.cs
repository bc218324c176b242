using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Parity;

/// <summary>
/// Compares two stores: both are listed completely, in the order of ids, side by side, so that memory holds a page and the ids in doubt, not a day; of what both have a random part is read and
/// compared. What seems missing or different is looked at once more, after <see cref="ParityPlan.Settle"/>, before it is said, for stores are written to meanwhile.
/// </summary>
/// <param name="source">The one that is taken to be right.</param>
/// <param name="target">The one that is to be the same.</param>
/// <param name="clock">By which it waits; null for the system's.</param>
public sealed class ParityAudit(ICrashStore source, ICrashStore target, TimeProvider? clock = null)
{
    /// <summary>Compares.</summary>
    /// <param name="plan">What.</param>
    /// <param name="progress">Told each day that is done; null for nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NotSupportedException">One of the stores cannot list what it keeps.</exception>
    public async Task<ParityReport> RunAsync(ParityPlan plan, IProgress<DateOnly>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (!source.Does(StoreCapabilities.Enumerate) || !target.Does(StoreCapabilities.Enumerate))
        {
            throw new NotSupportedException($"{(source.Does(StoreCapabilities.Enumerate) ? target : source).Name} cannot list what it keeps.");
        }

        var counts = new Counts(plan);
        for (var day = plan.From; day <= plan.To; day = day.AddDays(1))
        {
            var doubtful = new List<CrashId>();
            foreach (var salt in "0123456789abcdef")
            {
                await CompareAsync(day, salt, counts, doubtful, cancellationToken);
            }

            if (doubtful.Count > 0 && plan.Settle > TimeSpan.Zero)
            {
                await Task.Delay(plan.Settle, clock ?? TimeProvider.System, cancellationToken);
            }

            foreach (var id in doubtful)
            {
                await CountAsync(day, await source.CatalogAsync(id, cancellationToken), await target.CatalogAsync(id, cancellationToken), counts, cancellationToken);
            }

            progress?.Report(day);
        }

        return counts.Report(source.Name, target.Name);
    }

    private async Task CompareAsync(DateOnly day, char salt, Counts counts, List<CrashId> doubtful, CancellationToken cancellationToken)
    {
        await using var left = source.EnumerateAsync(day, salt, null, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var right = target.EnumerateAsync(day, salt, null, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var (mine, its) = (await NextAsync(left), await NextAsync(right));
        while (mine is not null || its is not null)
        {
            var order = mine is null ? 1 : its is null ? -1 : mine.Id.CompareTo(its.Id);
            var (first, second) = (order <= 0 ? mine : null, order >= 0 ? its : null);
            if (ParityRule.Compare(first, second).Any(one => one.Outcome != ParityOutcome.Same))
            {
                doubtful.Add((first ?? second)!.Id);
            }
            else
            {
                await CountAsync(day, first, second, counts, cancellationToken);
            }

            (mine, its) = (order <= 0 ? await NextAsync(left) : mine, order >= 0 ? await NextAsync(right) : its);
        }
    }

    private async Task CountAsync(DateOnly day, CrashCatalog? mine, CrashCatalog? its, Counts counts, CancellationToken cancellationToken)
    {
        var id = (mine ?? its)!.Id;
        foreach (var (item, listed) in ParityRule.Compare(mine, its))
        {
            var (outcome, drawn) = (listed, counts.Draws(id, item));
            bool? same = null;
            if (listed == ParityOutcome.Differs && item.Kind != CrashItemKind.Dump || listed == ParityOutcome.Same && drawn != Draw.Not)
            {
                same = await SameAsync(id, item, cancellationToken);
                outcome = same == true ? ParityOutcome.Same : same == false ? ParityOutcome.Differs : outcome;
            }

            counts.Add(day, id, item, outcome, same is not null, unread: same is null && listed == ParityOutcome.Same && drawn != Draw.Not, byChance: drawn == Draw.ByChance && same is not null);
        }
    }

    // Null when one of them could not be read: that is no difference, and no proof either.
    private async Task<bool?> SameAsync(CrashId id, CrashItem item, CancellationToken cancellationToken)
    {
        try
        {
            var (mine, its) = (await source.ReadItemAsync(id, item, cancellationToken), await target.ReadItemAsync(id, item, cancellationToken));
            return ParityRule.SaysTheSame(item, mine.Span, its.Span);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async ValueTask<CrashCatalog?> NextAsync(IAsyncEnumerator<CrashCatalog> catalogs) => await catalogs.MoveNextAsync() ? catalogs.Current : null;

    private enum Draw
    {
        Not,
        ByChance,
        BySeam,
    }

    private sealed class Counts(ParityPlan plan)
    {
        private readonly SortedDictionary<(DateOnly Day, CrashItemKind Kind), long[]> cells = [];
        private readonly List<ParityDifference> differences = [];
        private long drawn;
        private long bad;

        /// <summary>Whether a thing is read: by a number that is made of it and the seed, so that it is chosen without regard to anything else, and again the next time.</summary>
        public Draw Draws(CrashId id, CrashItem item)
        {
            if (id.Day is { } day && plan.Seam.Contains(day))
            {
                return Draw.BySeam;
            }

            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{plan.Seed} {id} {(int)item.Kind} {item.Name}")));
            return BinaryPrimitives.ReadUInt32LittleEndian(hash) < plan.SampleRate * uint.MaxValue ? Draw.ByChance : Draw.Not;
        }

        public void Add(DateOnly day, CrashId id, CrashItem item, ParityOutcome outcome, bool read, bool unread, bool byChance)
        {
            if (!cells.TryGetValue((day, item.Kind), out var cell))
            {
                cells[(day, item.Kind)] = cell = new long[6];
            }

            cell[(int)outcome]++;
            cell[4] += read ? 1 : 0;
            cell[5] += unread ? 1 : 0;
            drawn += byChance ? 1 : 0;
            bad += byChance && outcome == ParityOutcome.Differs ? 1 : 0;
            if (outcome != ParityOutcome.Same && differences.Count < plan.MostDifferences)
            {
                differences.Add(new ParityDifference(id, item, outcome));
            }
        }

        public ParityReport Report(string source, string target) => new(
            source,
            target,
            plan,
            [.. from cell in cells select new ParityCell(cell.Key.Day, cell.Key.Kind, cell.Value[0], cell.Value[1], cell.Value[2], cell.Value[3], cell.Value[4], cell.Value[5])],
            differences,
            ParitySample.Of(drawn, bad));
    }
}
