using System.Runtime.InteropServices;
using System.Text;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Retries.Store;

/// <summary>An event as it is kept: without secrets, within bounds, in what the database can hold, to the microsecond.</summary>
internal static class KeptEvent
{
    private const int LongestName = 200;
    private const int LongestJob = 1_000;
    private const int LongestValue = 4_000;

    /// <summary>Of what was told. What many of them share, their tellers and what failed them, is looked at once.</summary>
    public static IEnumerable<RetryEvent> Of(IEnumerable<RetryEvent> all)
    {
        var (tellers, values) = (new Dictionary<RetryTeller, RetryTeller>(), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var told in all)
        {
            yield return Of(told, Once(tellers, told.Who, Of), told.ExceptionValue is { } value ? Once(values, value, Value) : null);
        }
    }

    private static T Once<T>(Dictionary<T, T> known, T told, Func<T, T> of)
        where T : class
    {
        ref var kept = ref CollectionsMarshal.GetValueRefOrAddDefault(known, told, out _);
        return kept ??= of(told);
    }

    private static string Value(string value) => Text(Redaction.Of(value), LongestValue)!;

    private static RetryEvent Of(RetryEvent told, RetryTeller who, string? value) => told with
    {
        At = Micro(told.At),
        Who = who,
        AppName = Text(told.AppName, LongestJob),
        RunId = Text(told.RunId, LongestName),
        Backend = Name(told.Backend),
        ExceptionType = Text(told.ExceptionType, LongestName),
        ExceptionValue = value,
        Code = Text(told.Code, LongestName),
        Delay = told.Delay is { } delay ? TimeSpan.FromTicks(delay.Ticks - (delay.Ticks % TimeSpan.TicksPerMicrosecond)) : null,
        NextAttemptAt = told.NextAttemptAt is { } next ? Micro(next) : null,
    };

    private static RetryTeller Of(RetryTeller told)
    {
        var kept = new RetryTeller(Name(told.Source), Name(told.Host), Name(told.Process), Name(told.Thread), Name(Redaction.Of(told.Resource)));

        // Nearly always nothing is changed, and many events share one.
        return kept == told ? told : kept;
    }

    /// <summary>A name as it is kept.</summary>
    public static string Name(string name) => Text(name, LongestName)!;

    /// <summary>A text as it is kept, at most so long.</summary>
    public static string? Text(string? text, int longest)
    {
        if (text is null)
        {
            return null;
        }

        if (text.Length > longest)
        {
            text = text[..(longest - 1)] + "…";
        }

        return IsPlain(text) ? text : Plain(text);
    }

    /// <summary>A moment as the database holds it.</summary>
    public static DateTimeOffset Micro(DateTimeOffset at)
    {
        var utc = at.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private static bool IsPlain(string text)
    {
        foreach (var letter in text)
        {
            if (letter == '\0' || char.IsSurrogate(letter))
            {
                return false;
            }
        }

        return true;
    }

    // No database text holds a NUL or half a pair.
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            plain.Append(rune.Value == 0 ? Rune.ReplacementChar.ToString() : rune.ToString());
        }

        return plain.ToString();
    }
}
