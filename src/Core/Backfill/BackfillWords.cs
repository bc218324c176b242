using System.Globalization;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Backfill;

/// <summary>Moments, lengths and counts as the sentences of this room say them.</summary>
internal static class BackfillWords
{
    public static string At(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    public static string Slots(long count) => count == Backfill.Slots.Endless ? "slots without end" : Count(count, "slot");

    public static string Count(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {what}{(count == 1 ? "" : "s")}");

    public static string Length(TimeSpan length) => length switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalDays:0.#} d"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalHours:0.#} h"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalMinutes:0.#} min"),
        { TotalSeconds: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalSeconds:0.#} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{length.TotalMilliseconds:0} ms"),
    };

    public static string Each(RunLengths lengths) => $"{Length(lengths.Usual)} each, the median of {Count(lengths.Count, "run")}";
}
