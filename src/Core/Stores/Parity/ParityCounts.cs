using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Parity;

/// <summary>Why a thing is read.</summary>
internal enum ParityDraw
{
    /// <summary>It is not.</summary>
    Not,

    /// <summary>It is of the part of all that is drawn.</summary>
    ByRate,

    /// <summary>It is one of the least of its day and kind.</summary>
    ByLeast,

    /// <summary>Its day is one of which all is read.</summary>
    BySeam,
}

/// <summary>A thing that both stores have, to be read from both.</summary>
internal sealed record ParityRead(DateOnly Day, CrashId Id, CrashItem Item, ParityDraw Draw);

/// <summary>
/// Counts what a comparison finds, and chooses what it reads. A thing is chosen by a number that is made of it and the seed, so without regard to anything else, and again the next time: those below the
/// rate, and of each day and kind those with the smallest numbers, until there are enough of them. Both together are the things with the smallest numbers of their day and kind: a random part of them.
/// </summary>
internal sealed class ParityCounts(ParityPlan plan)
{
    private readonly SortedDictionary<(DateOnly Day, CrashItemKind Kind), Cell> cells = [];
    private readonly List<ParityDifference> differences = [];
    private long drawn;
    private long bad;

    /// <summary>Counts a thing as the listings tell it.</summary>
    /// <returns>How it is drawn now; whether it is among the least of its day is known only when all of them were seen: <see cref="Least"/>.</returns>
    public ParityDraw Listed(DateOnly day, CrashId id, CrashItem item, ParityOutcome outcome)
    {
        var cell = CellOf(day, item.Kind);
        cell.Outcomes[(int)outcome]++;
        if (outcome != ParityOutcome.Same)
        {
            Name(id, item, outcome);
            return ParityDraw.Not;
        }

        if (plan.Seam.Contains(day))
        {
            return ParityDraw.BySeam;
        }

        if (plan.SampleRate >= 1)
        {
            return ParityDraw.ByRate;
        }

        if (plan is { SampleRate: <= 0, LeastOfEach: 0 })
        {
            return ParityDraw.Not;
        }

        var number = Number(id, item);
        if (number < plan.SampleRate * uint.MaxValue)
        {
            cell.ByRate++;
            return ParityDraw.ByRate;
        }

        cell.Least(number, id, item, plan.LeastOfEach);
        return ParityDraw.Not;
    }

    /// <summary>A difference the listings told of that reading showed to be none, or to be one.</summary>
    public void LookedInto(DateOnly day, CrashItem item) => CellOf(day, item.Kind).Read++;

    /// <summary>What else has to be read so that of each day and kind enough is; asked once, when everything was listed.</summary>
    public IEnumerable<ParityRead> Least() =>
        from cell in cells
        from one in cell.Value.TakeLeast(plan.LeastOfEach)
        select new ParityRead(cell.Key.Day, one.Id, one.Item, ParityDraw.ByLeast);

    /// <summary>Counts what was read.</summary>
    /// <param name="read">What.</param>
    /// <param name="same">Whether both say the same; null when one of them could not be read: that is no difference, and no proof either.</param>
    public void Add(ParityRead read, bool? same)
    {
        var cell = CellOf(read.Day, read.Item.Kind);
        if (same is not { } known)
        {
            cell.Unread++;
            return;
        }

        cell.Read++;
        if (read.Draw is ParityDraw.ByRate or ParityDraw.ByLeast)
        {
            cell.Drawn++;
            cell.Bad += known ? 0 : 1;
        }

        if (read.Draw == ParityDraw.ByRate)
        {
            drawn++;
            bad += known ? 0 : 1;
        }

        if (!known)
        {
            cell.Outcomes[(int)ParityOutcome.Same]--;
            cell.Outcomes[(int)ParityOutcome.Differs]++;
            Name(read.Id, read.Item, ParityOutcome.Differs);
        }
    }

    public ParityReport Report(string source, string target) => new(
        source,
        target,
        plan,
        [
            .. from cell in cells
               let outcomes = cell.Value.Outcomes
               select new ParityCell(cell.Key.Day, cell.Key.Kind, outcomes[0], outcomes[1], outcomes[2], outcomes[3], cell.Value.Read, cell.Value.Unread, cell.Value.Drawn, cell.Value.Bad),
        ],
        differences,
        ParitySample.Of(drawn, bad));

    private void Name(CrashId id, CrashItem item, ParityOutcome outcome)
    {
        if (differences.Count < plan.MostDifferences)
        {
            differences.Add(new ParityDifference(id, item, outcome));
        }
    }

    private uint Number(CrashId id, CrashItem item)
    {
        Span<byte> text = stackalloc byte[256];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var words = string.Create(CultureInfo.InvariantCulture, $"{plan.Seed} {id} {(int)item.Kind} {item.Name}");
        if (Encoding.UTF8.TryGetBytes(words, text, out var length))
        {
            SHA256.HashData(text[..length], hash);
        }
        else
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(words), hash);
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(hash);
    }

    private Cell CellOf(DateOnly day, CrashItemKind kind)
    {
        if (!cells.TryGetValue((day, kind), out var cell))
        {
            cells[(day, kind)] = cell = new Cell();
        }

        return cell;
    }

    private sealed class Cell
    {
        // Of those the rate leaves out the ones with the smallest numbers, the greatest of them first.
        private readonly PriorityQueue<(CrashId Id, CrashItem Item), uint> least = new(Comparer<uint>.Create(static (one, other) => other.CompareTo(one)));

        public long[] Outcomes { get; } = new long[4];

        public long ByRate { get; set; }

        public long Read { get; set; }

        public long Unread { get; set; }

        public long Drawn { get; set; }

        public long Bad { get; set; }

        public void Least(uint number, CrashId id, CrashItem item, int most)
        {
            if (least.Count < most)
            {
                least.Enqueue((id, item), number);
            }
            else if (most > 0)
            {
                least.EnqueueDequeue((id, item), number);
            }
        }

        public IEnumerable<(CrashId Id, CrashItem Item)> TakeLeast(int most)
        {
            while (least.Count > Math.Max(0, most - ByRate))
            {
                least.Dequeue();
            }

            while (least.TryDequeue(out var one, out _))
            {
                yield return one;
            }
        }
    }
}
