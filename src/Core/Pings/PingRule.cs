using System.Globalization;

namespace Dashboard.Core.Pings;

/// <summary>How an address says what happened: <c>/ping/KEY/SLUG</c>, and after it <c>/start</c>, <c>/fail</c>, <c>/log</c> or an exit code.</summary>
public static class PingRule
{
    /// <summary>How much of what is sent along is kept, in bytes.</summary>
    public const int MostBytes = 10_000;

    /// <summary>How many names a source has.</summary>
    public const int MostSlugs = 1_000;

    private const int LongestSlug = 200;
    private const int HighestExitCode = 255;

    /// <summary>Whether it can be a name: letters and digits of ASCII, and <c>. _ - :</c>, as crontabber's jobs are named.</summary>
    public static bool IsSlug(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= LongestSlug && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or ':');
    }

    /// <summary>What the last part of the address says; null when it says nothing that is known.</summary>
    /// <param name="ending">Null when the name is the last part.</param>
    public static (PingKind Kind, int? ExitCode)? Read(string? ending) => ending switch
    {
        null or "" => (PingKind.Success, null),
        "start" => (PingKind.Start, null),
        "fail" => (PingKind.Fail, null),
        "log" => (PingKind.Log, null),
        _ when int.TryParse(ending, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= HighestExitCode => (code == 0 ? PingKind.Success : PingKind.Fail, code),
        _ => null,
    };
}
