using System.Globalization;
using System.Text;
using Dashboard.Core.Failures;
using Dashboard.Web.Components;
using Dashboard.Web.Jobs;

namespace Dashboard.Web.Failures;

/// <summary>A group of failures as Markdown, for the incident channel.</summary>
internal static class FailureMarkdown
{
    /// <summary>One group with the latest failure of it.</summary>
    public static string Of(string source, FailuresSnapshot failures, FailureGroup group)
    {
        var text = new StringBuilder();
        text.Append("### ").Append(group.FailingNow ? "Failing now: " : "Recovered: ").Append(Markdown.Escape($"{group.Print.Type}: {group.Print.Pattern}")).Append('\n');
        text.Append(Markdown.Escape(source)).Append(", as of ").Append(Markdown.At(failures.AsOf)).Append("\n\n");
        text.Append("- kind ").Append(group.Kind.Class.Word()).Append(group.Kind.Code is { } code ? $" ({Markdown.Escape(code)})" : "").Append(": ").Append(group.Kind.Class.Meaning()).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"- {group.LastHour} in the last hour, {group.LastDay} in 24 h, {group.LastWeek} in 7 d\n");
        text.Append("- first seen ").Append(Markdown.At(group.FirstSeen)).Append(", last seen ").Append(Markdown.At(group.LastSeen)).Append('\n');
        foreach (var job in group.Jobs)
        {
            text.Append("- ").Append(Markdown.Escape(job.Name)).Append(job.FailingNow
                ? $": failing now, {job.Streak.ToString(CultureInfo.InvariantCulture)} in a row since {Markdown.At(job.Since)}"
                : $": recovered, last {Markdown.At(job.LastSeen)}").Append('\n');
        }

        if (group.Sample is { Error: { } error })
        {
            text.Append('\n').Append(Markdown.Fenced($"{error.Traceback.TrimEnd()}\n{error.Type}: {error.Value}".Trim('\n')));
        }

        return text.ToString();
    }
}
