using System.Globalization;

namespace Dashboard.Core.Sources;

/// <summary>Says when the database's clock and ours are too far apart to compare; ages here are always by the database's.</summary>
internal static class ClockNotice
{
    private static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(2);

    /// <summary>The capabilities with the notice when it is due, without when not; the same object when nothing changes.</summary>
    public static SourceCapabilities On(SourceCapabilities capabilities, TimeSpan skew)
    {
        var shown = capabilities.Notices.FirstOrDefault(IsOurs);
        var due = Sentence(skew);
        return shown == due
            ? capabilities
            : capabilities with { Notices = [.. capabilities.Notices.Where(notice => !IsOurs(notice)), .. due is null ? [] : (string[])[due]] };
    }

    private const string Start = "The database's clock is ";

    private static bool IsOurs(string notice) => notice.StartsWith(Start, StringComparison.Ordinal);

    // Whole seconds only, rounded to a coarse step, so that a steady skew is a steady sentence.
    private static string? Sentence(TimeSpan skew) => skew.Duration() <= Tolerated
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{Start}{Words(skew.Duration())} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} this machine's.");

    private static string Words(TimeSpan length) => length switch
    {
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalSeconds:0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{length.TotalHours:0} h"),
    };
}
