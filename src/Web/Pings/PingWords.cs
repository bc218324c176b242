using System.Globalization;
using Dashboard.Core.Pings;
using Dashboard.Web.Components;

namespace Dashboard.Web.Pings;

/// <summary>What is said of programs that ping, in the words people use.</summary>
internal static class PingWords
{
    /// <summary>As people say it.</summary>
    public static string Word(this PingState state) => state switch
    {
        PingState.Running => "Running",
        PingState.Succeeded => "Succeeded",
        PingState.Failed => "Failed",
        _ => "Heard of",
    };

    /// <summary>The class of its tone.</summary>
    public static string Tone(this PingState state) => state switch
    {
        PingState.Running => "tone-running",
        PingState.Succeeded => "tone-waiting",
        PingState.Failed => "tone-failing",
        _ => "tone-never-run",
    };

    /// <summary>How its last run ended: <c>exit code 3, took 12 s</c>; empty when it said neither.</summary>
    public static string Ending(this Ping ping)
    {
        var code = ping.ExitCode is { } exit ? string.Create(CultureInfo.InvariantCulture, $"exit code {exit}") : null;
        return string.Join(", ", ((string?[])[code, ping.Took is { } took ? $"took {Times.Length(took)}" : null]).OfType<string>());
    }

    /// <summary>When it came to stand where it stands.</summary>
    public static DateTimeOffset Since(this Ping ping) => ping.State switch
    {
        PingState.Running => ping.StartedAt!.Value,
        PingState.Succeeded => ping.SucceededAt!.Value,
        PingState.Failed => ping.FailedAt!.Value,
        _ => ping.LastAt,
    };
}
