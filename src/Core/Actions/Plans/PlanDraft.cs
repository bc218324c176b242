using System.Globalization;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Actions.Plans;

/// <summary>What the rule of one action decides; the rest of a plan follows from it.</summary>
internal sealed record PlanDraft
{
    private static readonly TimeSpan IntoThePast = TimeSpan.FromMinutes(1);

    public string? Refusal { get; init; }

    public RowEdit Edit { get; init; } = RowEdit.None;

    public string Summary { get; init; } = "";

    /// <summary>Chosen slots that do not run, and why; those that run are worked out from the row afterwards.</summary>
    public IReadOnlyList<ActionSlot> LeftOut { get; init; } = [];

    /// <summary>The slots the dashboard's own runner runs one by one; null when the row says what runs.</summary>
    public IReadOnlyList<ActionSlot>? Exact { get; init; }

    public IReadOnlyList<ActionWarning> Warnings { get; init; } = [];

    public bool AsksForName { get; init; }

    public bool AsksForAdmin { get; init; }

    public DateTimeOffset? HoldUntil { get; init; }

    public static PlanDraft Refused(string because) => new() { Refusal = because };

    /// <summary>A moment before now by every clock that is not far off: a run starts after its moment, never on it.</summary>
    public static DateTimeOffset Past(DateTimeOffset now) => now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)) - IntoThePast;

    /// <summary>A moment as a cell.</summary>
    public static string Cell(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'+00:00'", CultureInfo.InvariantCulture);

    /// <summary>The columns of a fine last run.</summary>
    public static void NoError(Dictionary<string, string?> cells)
    {
        cells["error_count"] = "0";
        cells["last_error"] = "{}";
    }

    /// <summary>Why no action on a row that is locked can last; null when it is not.</summary>
    public static string? Locked(ActionFacts facts, string what) => facts.Row?.Ongoing is { } since
        ? $"Its lock has been taken since {PlanWords.At(since)}: when that run ends the runner writes the row itself, and {what}. Wait for its end, or clear the lock first if it was left behind."
        : null;

    /// <summary>Whether it is known not to be configured.</summary>
    public static bool IsGhost(ActionFacts facts, string job) => facts.Book.IsConfigured && facts.Book.Find(job) is null;

    /// <summary>Whether the runner takes a row without a next run for one that is never started again.</summary>
    public static bool NeedsNextRun(ActionFacts facts) => facts.Flavour == Flavour.Crontabber;
}

/// <summary>Moments, lengths and counts as plans say them.</summary>
internal static class PlanWords
{
    public static string At(DateTimeOffset moment) => moment.UtcDateTime.ToString(moment.Second == 0 ? "yyyy-MM-dd HH:mm'Z'" : "yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Slots(long count) => count == Backfill.Slots.Endless ? "slots without end" : Count(count, "slot");

    public static string Count(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {what}{(count == 1 ? "" : "s")}");

    public static string Length(TimeSpan length) => length switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalDays:0.#} d"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalHours:0.#} h"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalMinutes:0.#} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, length.TotalSeconds):0} s"),
    };
}
