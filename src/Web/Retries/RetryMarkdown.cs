using System.Globalization;
using System.Text;
using Dashboard.Core.Retries;
using Dashboard.Web.Components;
using Dashboard.Web.Jobs;

namespace Dashboard.Web.Retries;

/// <summary>What waits for what, as Markdown, for the incident channel.</summary>
internal static class RetryMarkdown
{
    private const int LongestMessage = 200;

    /// <summary>The sentence of the page and its open streaks.</summary>
    public static string Of(string source, DateTimeOffset? asOf, IReadOnlyList<ResourceLane> lanes, DateTimeOffset now)
    {
        var text = new StringBuilder();
        text.Append("### Retries: ").Append(Markdown.Escape(StreakWords.Sentence(lanes, now))).Append('\n');
        text.Append(Markdown.Escape(source)).Append(", as of ").Append(Markdown.At(asOf)).Append('\n');
        foreach (var lane in lanes.Where(lane => lane.Open.Count > 0))
        {
            text.Append("\n**").Append(Markdown.Escape(lane.Resource)).Append("**");
            if (lane.GotThroughAt is { } through)
            {
                text.Append(", got through last ").Append(Markdown.At(through));
            }

            text.Append("\n\n| who | attempt | since | next attempt | error |\n| --- | --- | --- | --- | --- |\n");
            foreach (var streak in lane.Open)
            {
                text.Append("| ").Append(Markdown.Escape(streak.Short()))
                    .Append(CultureInfo.InvariantCulture, $" | {streak.Attempts}")
                    .Append(" | ").Append(Markdown.At(streak.StartedAt))
                    .Append(" | ").Append(Markdown.At(streak.NextAttemptAt))
                    .Append(" | ").Append(Markdown.Escape(streak.ExceptionType is null ? "" : OneLine.Of($"{streak.ExceptionType}: {streak.ExceptionValue}", LongestMessage)))
                    .Append(" |\n");
            }
        }

        return text.ToString();
    }
}
