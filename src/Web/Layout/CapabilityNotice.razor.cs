using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Layout;

/// <summary>What is missing or unusual in a source, so that nobody mistakes "not shown" for "not there".</summary>
public sealed partial class CapabilityNotice
{
    /// <summary>Up to here two clocks count as the same.</summary>
    private static readonly TimeSpan LargestSkew = TimeSpan.FromSeconds(2);

    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    private static List<string> Notices(SourceStatus status, StandingsSnapshot standings)
    {
        List<string> notices = [];
        if (status.Skew.Duration() > LargestSkew)
        {
            var side = status.Skew > TimeSpan.Zero ? "ahead of" : "behind";
            notices.Add($"The database's clock is {Times.Rough(status.Skew.Duration())} {side} ours; every age here is by the database's clock.");
        }

        if (status is { State: SourceState.Live, ModeReason: { } reason })
        {
            notices.Add(reason);
        }

        notices.AddRange(status.Capabilities?.Notices ?? []);
        notices.AddRange(standings.Notices);
        return [.. notices.Distinct(StringComparer.Ordinal)];
    }
}
