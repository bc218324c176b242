using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Web.Components;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Now;

/// <summary>
/// The answer for somebody who was woken, in the order they need it: whether to get up and by when, why, what waiting costs, what to do first, when what happens, why that is believed. Drawn
/// whole on the server, so that it is read without a connection too.
/// </summary>
public sealed partial class NowAnswer
{
    // On a phone they are named where the eye is; below they stand with their words.
    private const int MostOthers = 3;

    /// <summary>The source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <summary>Its jobs.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>What stands here before anything was judged.</summary>
    [Parameter, EditorRequired]
    public required RenderFragment ChildContent { get; set; }

    /// <summary>Whether to get up, in one sentence.</summary>
    internal static string Sentence(RootVerdict root, Verdict? verdict, DateTimeOffset now) => root.State switch
    {
        VerdictState.Page when verdict?.PageBy is { } by && by > now => $"A human is needed by {Times.Short(by, now)}.",
        VerdictState.Page => "A human is needed now.",
        VerdictState.NeedsHumanLater => verdict?.PageBy is { } later ? $"Not now: a human is needed in working hours, and in time until {Times.Short(later, now)}." : "Not now: a human is needed in working hours.",
        VerdictState.Watch => (verdict?.DecideAt ?? root.DecideAt) is { } at && at > now ? $"Nothing yet: it may heal, and is decided at {Times.Short(at, now)}." : "Nothing yet: it may heal.",
        VerdictState.Healing => verdict?.Heal?.By80 is { } heals ? $"Heals by itself: 80 % by {Times.Short(heals, now)}. Go back to sleep." : verdict?.NextEventAt is { } next ? $"Heals by itself: next try {Times.Short(next, now)}. Go back to sleep." : "Heals by itself. Go back to sleep.",
        _ => root.Headline,
    };

    private static string Cost(RootVerdict root, Verdict? verdict, DateTimeOffset now)
    {
        var data = verdict?.Deadline is { } deadline ? deadline > now ? $"Data is older than promised from {Times.Short(deadline, now)}" : $"Data has been older than promised since {Times.Short(deadline, now)}" : "";
        var waits = root.Waiting.Count switch { 0 => "", 1 => "1 job waits behind it", var many => $"{many} jobs wait behind it" };
        return (data.Length, waits.Length) switch { (0, 0) => "Nothing is late because of it.", (_, 0) => $"{data}.", (0, _) => $"{waits}.", _ => $"{data}; {waits}." };
    }

    private static string Action(RootVerdict root, Verdict? verdict) => verdict?.FirstAction ?? root.FirstAction;

    private static IReadOnlyList<TimeMark> Marks(Verdict? verdict, JobStanding? standing, DateTimeOffset now) => TimeMark.Of(
        ("last good", standing?.Job.LastSuccess),
        ("wrong since", verdict?.Since),
        ("now", now),
        ("next try", verdict?.NextEventAt),
        ("decided", verdict?.DecideAt),
        ("human in time until", verdict?.PageBy),
        ("deadline", verdict?.Deadline));
}
