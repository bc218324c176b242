using System.Globalization;

namespace Dashboard.Core.Notifications;

/// <summary>A notice in one line: what a phone shows.</summary>
public static class NoticeWords
{
    private const int Longest = 120;

    /// <summary>What is needed, by when, why, who waits, and what to do first; at most 120 characters, of which the cause gives way first.</summary>
    public static string Summary(Notice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var head = notice switch
        {
            { Ended.Length: > 0 } => "[OVER] ",
            { PageBy: { } by } when by > notice.At => string.Create(CultureInfo.InvariantCulture, $"[PAGE by {by.UtcDateTime:HH:mm'Z'}] "),
            _ => "[PAGE now] ",
        };
        var (middle, tail) = notice.Ended.Length > 0 ? (notice.Ended, "") : (notice.Cause.Length > 0 ? notice.Cause : notice.Headline, Tail(notice));
        var start = $"{head}{Line(notice.Root)}: ";
        var room = Math.Max(0, Longest - start.Length - tail.Length);
        return Cut($"{start}{Cut(Line(middle), room)}{tail}", Longest);
    }

    private static string Tail(Notice notice)
    {
        var waits = notice.Waiting.Count switch { 0 => "", 1 => " +1 job.", var many => string.Create(CultureInfo.InvariantCulture, $" +{many} jobs.") };
        return $"{waits}{(notice.FirstAction.Length is > 0 and <= 50 ? $" {Line(notice.FirstAction)}" : "")}";
    }

    private static string Line(string text) => string.Create(text.Length, text, static (place, from) =>
    {
        for (var i = 0; i < from.Length; i++)
        {
            place[i] = char.IsControl(from[i]) || from[i] is '\u2028' or '\u2029' ? ' ' : from[i];
        }
    });

    private static string Cut(string text, int most) =>
        text.Length <= most ? text : most < 2 ? "" : $"{text[..(char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1)]}…";
}
