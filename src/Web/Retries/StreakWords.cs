using System.Globalization;
using Dashboard.Core.Retries;
using Dashboard.Web.Components;

namespace Dashboard.Web.Retries;

/// <summary>What is said of streaks and resources, in the words people use.</summary>
internal static class StreakWords
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>As people say it.</summary>
    public static string Word(this StreakState state) => state switch
    {
        StreakState.Open => "Open",
        StreakState.Recovered => "Recovered",
        StreakState.GaveUp => "Gave up",
        StreakState.Lost => "Lost",
        _ => "Aborted",
    };

    /// <summary>What it means for whoever was woken.</summary>
    public static string Meaning(this StreakState state) => state switch
    {
        StreakState.Open => "It waits and tries again by itself.",
        StreakState.Recovered => "An attempt got through; nothing is left to do.",
        StreakState.GaveUp => "No attempt follows: what it was doing has failed, and the runner decides when the job runs again.",
        StreakState.Lost => "Nothing was heard for a minute after the next attempt was due: the process died, or its telemetry does not arrive. See whether the process is still there.",
        _ => "The program was asked to quit while it waited.",
    };

    /// <summary>The class of its tone.</summary>
    public static string Tone(this StreakState state) => state switch
    {
        StreakState.Open => "tone-overdue",
        StreakState.Recovered => "tone-waiting",
        StreakState.GaveUp => "tone-failing",
        StreakState.Lost => "tone-blocked",
        _ => "tone-never-run",
    };

    /// <summary>The job, else the process.</summary>
    public static string Short(this RetryStreak streak) => streak.AppName ?? streak.Who.Process;

    /// <summary>The newest of those that ended alike, with how many more there are: a program that dies again and again is one thing to know, not a hundred.</summary>
    /// <param name="ended">The newest first.</param>
    public static IReadOnlyList<(RetryStreak Newest, int More)> AlikeTogether(this IEnumerable<RetryStreak> ended) =>
        [.. ended.GroupBy(streak => (streak.Who.Source, streak.Short(), streak.Who.Resource, streak.State)).Select(alike => (alike.First(), alike.Count() - 1))];

    /// <summary>When its present wait began; null when it does not wait at <paramref name="now"/>.</summary>
    public static DateTimeOffset? WaitsSince(this RetryStreak streak, DateTimeOffset now) =>
        streak is { State: StreakState.Open, Delay: { } delay, NextAttemptAt: { } next } && next > now ? next - delay : null;

    /// <summary><c>attempt 3 · waiting 40 of 60 s · next 21:41:03Z</c>.</summary>
    public static string Wait(this RetryStreak streak, DateTimeOffset now) => streak.WaitsSince(now) is { } since
        ? $"attempt {Number(streak.Attempts)} · waiting {Waited(since, now, streak.Delay!.Value)} of {Seconds(streak.Delay!.Value)} s · next {Times.Clock(streak.NextAttemptAt!.Value)}"
        : $"attempt {Number(streak.Attempts + 1)} is due";

    /// <summary>Whole seconds waited, never more than there are.</summary>
    public static string Waited(DateTimeOffset since, DateTimeOffset now, TimeSpan delay) =>
        Math.Floor(Math.Clamp((now - since).TotalSeconds, 0, delay.TotalSeconds)).ToString(Plain);

    /// <summary>A delay as it is configured: <c>60</c>.</summary>
    public static string Seconds(TimeSpan delay) => delay.TotalSeconds.ToString("0.#", Plain);

    /// <summary>The first sentence of the page: what matters about these lanes.</summary>
    public static string Sentence(IReadOnlyList<ResourceLane> lanes, DateTimeOffset now)
    {
        var open = lanes.SelectMany(lane => lane.Open).ToList();
        if (open.Count > 0)
        {
            var where = lanes.Count(lane => lane.Open.Count > 0);
            var on = where == 1 ? lanes.First(lane => lane.Open.Count > 0).Resource : $"{Number(where)} resources";
            var next = open.Where(streak => streak.NextAttemptAt > now).Min(streak => streak.NextAttemptAt);
            return $"{(open.Count == 1 ? "1 streak is" : $"{Number(open.Count)} streaks are")} open on {OneLine.Of(on, 120)}; the next attempt is {(next is { } at ? $"at {Times.Clock(at)}" : "due")}.";
        }

        // Of a lane with more of them only the newest are here.
        var ended = lanes.SelectMany(lane => lane.Ended).ToList();
        var least = lanes.Any(lane => lane.Ended.Count >= ResourceLane.MostEnded) ? "at least " : "";
        var parts = new List<string>();
        if (ended.Count(streak => streak.State is StreakState.GaveUp) is > 0 and var gaveUp)
        {
            parts.Add($"{least}{Streaks(gaveUp)} gave up");
        }

        if (ended.Count(streak => streak.State is StreakState.Lost) is > 0 and var lost)
        {
            parts.Add($"{least}{Streaks(lost)} {(lost == 1 ? "was" : "were")} lost");
        }

        var recovered = ended.Select(streak => streak.TimeToRecover).OfType<TimeSpan>().Order().ToList();
        if (recovered.Count > 0)
        {
            var median = recovered[(recovered.Count - 1) / 2];
            parts.Add($"{least}{Streaks(recovered.Count)} recovered{(recovered.Count == 1 ? $" after {Times.Length(median)}" : $", half within {Times.Length(median)}")}");
        }

        return parts.Count == 0
            ? "Nothing is waiting. No streak ended in the last 24 h."
            : $"Nothing is waiting. In the last 24 h {string.Join("; ", parts)}.";
    }

    /// <summary>Where in the ladder open streaks stand: how many at each step.</summary>
    public static IReadOnlyList<int> OnSteps(ResourceLane lane)
    {
        var steps = new int[lane.Ladder.Count];
        if (steps.Length > 0)
        {
            foreach (var streak in lane.Open.Where(streak => streak.Attempts > 0))
            {
                steps[Math.Min(streak.Attempts, steps.Length) - 1]++;
            }
        }

        return steps;
    }

    /// <summary>How a streak that ended did so.</summary>
    public static string Ending(this RetryStreak streak)
    {
        var attempts = streak.Attempts == 1 ? "1 attempt" : $"{Number(streak.Attempts)} attempts";
        return streak.State switch
        {
            StreakState.Recovered when streak.TimeToRecover is { } length => $"recovered after {attempts} that failed and {Times.Length(length)}",
            StreakState.GaveUp => $"gave up after {attempts}",
            StreakState.Lost => $"silent after {attempts}",
            StreakState.Open => $"{attempts} failed so far",
            _ => $"asked to quit after {attempts}",
        };
    }

    private static string Streaks(int count) => count == 1 ? "1 streak" : $"{Number(count)} streaks";

    private static string Number(int number) => number.ToString(Plain);
}
