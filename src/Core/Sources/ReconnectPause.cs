using System.Security.Cryptography;

namespace Dashboard.Core.Sources;

/// <summary>How long to wait before the next attempt to reach a source: a quarter of a second, doubled up to four, each shortened by up to a quarter.</summary>
/// <remarks>Four seconds and not five: with the attempt itself a source is live again within five seconds of its server.</remarks>
internal static class ReconnectPause
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);

    /// <summary>The pause after this many failures in a row, the first being 1.</summary>
    public static TimeSpan After(int failures) => After(failures, RandomNumberGenerator.GetInt32(1000) / 1000d);

    /// <summary>The same with the chance given: 0 shortens by nothing, 1 by a quarter.</summary>
    public static TimeSpan After(int failures, double chance)
    {
        var whole = Math.Min(Longest.TotalSeconds, 0.25 * Math.Pow(2, Math.Clamp(failures - 1, 0, 10)));
        return TimeSpan.FromSeconds(whole * (1 - (0.25 * chance)));
    }
}
