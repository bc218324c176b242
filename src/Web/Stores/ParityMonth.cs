using System.Globalization;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Parity;
using Dashboard.Core.Verdicts;

namespace Dashboard.Web.Stores;

/// <summary>The days of one month of a comparison, ready to be drawn. Pure.</summary>
/// <param name="First">Its first day.</param>
/// <param name="Days">Those with anything in them, the newest first.</param>
internal sealed record ParityMonth(DateOnly First, IReadOnlyList<ParityDay> Days)
{
    /// <summary>Whether anything is missing, different or unread.</summary>
    public bool IsOpen => Days.Any(day => !day.IsWhole);

    /// <summary>The days that are seen when it is opened: all of a whole month, else those that are not whole.</summary>
    public IReadOnlyList<ParityDay> Shown => IsOpen ? [.. Days.Where(day => !day.IsWhole)] : Days;

    /// <summary>The other ones.</summary>
    public IReadOnlyList<ParityDay> Rest => IsOpen ? [.. Days.Where(day => day.IsWhole)] : [];

    /// <summary>Those in a sentence.</summary>
    public string RestWords => $"{StoreWords.Many(Rest.Count, "other day of", "other days of")} {Name}: nothing missing, nothing different";

    /// <summary>The same as a shape.</summary>
    public JobState Shape => IsOpen ? JobState.Failing : JobState.Waiting;

    /// <summary>As <c>2014-08</c>.</summary>
    public string Name => First.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>The month in a sentence.</summary>
    public string Words
    {
        get
        {
            var bad = Days.Count(day => !day.IsWhole);
            return $"{Name}: {StoreWords.Many(Days.Count, "day", "days")}, {(bad == 0 ? "nothing missing, nothing different" : $"{(bad == 1 ? "1 day is" : $"{bad} days are")} not whole")}";
        }
    }

    /// <summary>The months of a comparison, the newest first.</summary>
    public static IReadOnlyList<ParityMonth> Of(KeptParity found)
    {
        var seam = found.Seam.ToHashSet();
        return
        [
            .. from day in found.Cells.GroupBy(cell => cell.Day)
               orderby day.Key descending
               group new ParityDay(day.Key, seam.Contains(day.Key), [.. ParityWords.Kinds.Select(kind => ParityCellView.Of(day.FirstOrDefault(cell => cell.Kind == kind)))], day.All(cell => cell.IsWhole))
                   by new DateOnly(day.Key.Year, day.Key.Month, 1) into month
               select new ParityMonth(month.Key, [.. month]),
        ];
    }
}

/// <summary>One day of a comparison.</summary>
/// <param name="Day">Which.</param>
/// <param name="IsSeam">Whether all of it was read.</param>
/// <param name="Cells">By kind.</param>
/// <param name="IsWhole">Whether nothing is missing, different or unread.</param>
public sealed record ParityDay(DateOnly Day, bool IsSeam, IReadOnlyList<ParityCellView> Cells, bool IsWhole)
{
    /// <summary>As <c>Fri 08-29</c>.</summary>
    public string Name => Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>One day and kind.</summary>
/// <param name="Words">How many, or what is wrong.</param>
/// <param name="Known">What is known of what is inside; null when nothing was read.</param>
/// <param name="Tone"><c>bad</c>, <c>none</c>, or nothing.</param>
public sealed record ParityCellView(string Words, string? Known, string? Tone)
{
    private static readonly ParityCellView None = new("none", null, "none");

    /// <summary>Of what was found; null for nothing at all.</summary>
    public static ParityCellView Of(ParityCell? cell)
    {
        if (cell is null)
        {
            return None;
        }

        List<string> wrong = [];
        Add(cell.OnlySource, "missing");
        Add(cell.Differs, "different");
        Add(cell.Unread, "unread");
        var extra = cell.OnlyTarget > 0 ? string.Create(CultureInfo.InvariantCulture, $" (+{cell.OnlyTarget:N0} more)") : "";
        return wrong.Count > 0
            ? new(string.Join(", ", wrong), string.Create(CultureInfo.InvariantCulture, $"of {cell.Expected:N0}"), "bad")
            : new(string.Create(CultureInfo.InvariantCulture, $"{cell.Same:N0}{extra}"), Inside(cell), null);

        void Add(long count, string word)
        {
            if (count > 0)
            {
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{count:N0} {word}"));
            }
        }
    }

    private static string? Inside(ParityCell cell) => cell.Read switch
    {
        0 => null,
        _ when cell.Read >= cell.Same => "all read",
        _ => string.Create(CultureInfo.InvariantCulture, $"{cell.Read:N0} read: ≤ {ParityWords.Percent(cell.Upper95)} differ"),
    };
}
