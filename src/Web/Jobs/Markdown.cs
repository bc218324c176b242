using System.Text;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;

namespace Dashboard.Web.Jobs;

/// <summary>Jobs as Markdown, for the incident channel.</summary>
internal static class Markdown
{
    private const int LongestMessage = 200;

    /// <summary>Several jobs as a table.</summary>
    public static string Of(string source, StandingsSnapshot standings, IEnumerable<JobStanding> jobs)
    {
        var text = new StringBuilder();
        text.Append("**").Append(Escape(source)).Append("**, as of ").Append(At(standings.AsOf)).Append("\n\n");
        text.Append("| state | job | last success | next run | error |\n| --- | --- | --- | --- | --- |\n");
        foreach (var standing in jobs)
        {
            var error = standing.Job.LastError is { } last ? OneLine.Of($"{last.Type}: {last.Value}", LongestMessage) : "";
            text.Append("| ").Append(standing.State.Word())
                .Append(" | ").Append(Escape(standing.Job.Name))
                .Append(" | ").Append(At(standing.Job.LastSuccess))
                .Append(" | ").Append(At(standing.Job.NextRun))
                .Append(" | ").Append(Escape(error)).Append(" |\n");
        }

        return text.ToString();
    }

    /// <summary>One job with its error.</summary>
    public static string Of(string source, StandingsSnapshot standings, JobStanding standing)
    {
        var job = standing.Job;
        var text = new StringBuilder();
        text.Append("### ").Append(Escape(job.Name)).Append(": ").Append(standing.State.Word()).Append('\n');
        text.Append(Escape(standing.Because)).Append(" (").Append(Escape(source)).Append(", as of ").Append(At(standings.AsOf)).Append(")\n\n");
        text.Append("- last success ").Append(At(job.LastSuccess)).Append('\n');
        text.Append("- last run ").Append(At(job.LastRun)).Append('\n');
        text.Append("- next run ").Append(At(job.NextRun)).Append('\n');
        text.Append("- failures in a row ").Append(job.ErrorCount).Append('\n');
        if (job.DependsOn.Count > 0)
        {
            text.Append("- depends on ").AppendJoin(", ", job.DependsOn.Select(Escape)).Append('\n');
        }

        if (job.LastError is { } error)
        {
            var body = $"{error.Traceback.TrimEnd()}\n{error.Type}: {error.Value}".Trim();
            text.Append('\n').Append(Fenced(body));
        }

        return text.ToString();
    }

    /// <summary>Text as it stands, whatever fences are in it.</summary>
    internal static string Fenced(string body)
    {
        var fence = new string('`', Math.Max(3, LongestFence(body) + 1));
        return $"{fence}\n{body}\n{fence}\n";
    }

    /// <summary>A moment, or a dash.</summary>
    internal static string At(DateTimeOffset? moment) => moment is { } at ? Times.Absolute(at) : "–";

    /// <summary>Text that stays itself inside a table cell or a line.</summary>
    internal static string Escape(string text)
    {
        var cell = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (letter is '|' or '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '#' or '~')
            {
                cell.Append('\\');
            }

            cell.Append(char.IsControl(letter) ? ' ' : letter);
        }

        return cell.ToString();
    }

    private static int LongestFence(string text)
    {
        int longest = 0, present = 0;
        foreach (var letter in text)
        {
            present = letter == '`' ? present + 1 : 0;
            longest = Math.Max(longest, present);
        }

        return longest;
    }
}
