using System.Globalization;
using System.Text;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Core.Monitoring;

/// <summary>A verdict in plain text: the line Nagios takes, and the explanation for a terminal or a ticket.</summary>
public static class VerdictText
{
    private const int LongestLine = 400;
    private const int MostNamed = 20;

    /// <summary>
    /// What a Nagios plugin prints and ends with. The first line is the verdict and, after its one bar, the figures; each root follows on a line of its own. 2 for a page, 1 for what is
    /// broken and not yet or not now a page, 0 when nothing is, 3 when nothing can be said.
    /// </summary>
    /// <param name="said">The verdict.</param>
    /// <param name="rows">The rows it was said of.</param>
    /// <param name="healingIsOk">Whether what heals by itself is no warning.</param>
    public static CommandAnswer Nagios(VerdictSnapshot said, StandingsSnapshot rows, bool healingIsOk = false)
    {
        ArgumentNullException.ThrowIfNull(said);
        ArgumentNullException.ThrowIfNull(rows);
        if (said.AsOf is null || said.State == VerdictState.Blind)
        {
            return new CommandAnswer($"CRONTABBER UNKNOWN: {Line($"{(said.Headline.Length > 0 ? said.Headline : "Nothing was judged yet.")} {said.Then}")}\n", "", 3);
        }

        var code = said.State switch
        {
            VerdictState.Page => 2,
            VerdictState.NeedsHumanLater or VerdictState.Watch or VerdictState.Recovering => 1,
            VerdictState.Healing => healingIsOk ? 0 : 1,
            _ => 0,
        };
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"CRONTABBER {Words[code]}: {Line(said.Then.Length > 0 ? said.Then.TrimEnd('.') : said.Headline)}");
        if (said.Roots is [var first, ..])
        {
            text.Append(" - ").Append(Line(Named(first)));
        }

        text.Append(CultureInfo.InvariantCulture, $" | {Figures(said, rows)}\n");
        foreach (var root in said.Roots)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Word(root.State)}: {Line(Named(root))}{(root.Waiting.Count > 0 ? Line($" {Waiting(root.Waiting)}") : "")}\n");
        }

        return new CommandAnswer(text.ToString(), "", code);
    }

    /// <summary>The whole in sentences: every root, what to do first, who waits.</summary>
    public static string Explain(VerdictSnapshot said)
    {
        ArgumentNullException.ThrowIfNull(said);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{said.Source}, judged for {At(said.AsOf)}\n\n{said.Headline}\n");
        if (said.Then.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{said.Then}\n");
        }

        foreach (var root in said.Roots)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{Word(root.State)}: {Named(root)}\n");
            if (root.Job is { } job && said.Find(job) is { } verdict)
            {
                Body(text, verdict);
            }

            if (root.Waiting.Count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {Waiting(root.Waiting)}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>One job in sentences: what is said, why, what else was thought of, what would change it.</summary>
    public static string Explain(VerdictSnapshot said, Verdict verdict)
    {
        ArgumentNullException.ThrowIfNull(said);
        ArgumentNullException.ThrowIfNull(verdict);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{verdict.Job}: {Word(verdict.State)} since {At(verdict.Since)}, judged for {At(said.AsOf)} by rule {verdict.Rule}\n\n{verdict.Headline}\n");
        Body(text, verdict);
        if (verdict.Root is { } root && root.Name != verdict.Job)
        {
            text.Append(CultureInfo.InvariantCulture, $"  root: {root.Name}\n");
        }

        if (verdict.Blocks.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Waiting(verdict.Blocks)}\n");
        }

        Section(text, "Why this is said", verdict.Facts.Select(fact => $"{fact.Text} [{fact.From}]"));
        Section(text, "What else was thought of", verdict.Rejected.Select(rejected => $"Not {rejected.Rule}: {rejected.Because}"));
        Section(text, "What would change it", verdict.WouldChangeIf);
        return text.ToString();
    }

    /// <summary>A verdict in a word.</summary>
    public static string Word(VerdictState state) => state switch
    {
        VerdictState.Ok => "On time",
        VerdictState.CatchingUp => "Catching up",
        VerdictState.Recovering => "Recovering",
        VerdictState.Healing => "Healing",
        VerdictState.Blocked => "Waits",
        VerdictState.Watch => "Watch",
        VerdictState.NeedsHumanLater => "Working hours",
        VerdictState.Page => "Page",
        _ => "Blind",
    };

    private static readonly string[] Words = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];

    private static void Body(StringBuilder text, Verdict verdict)
    {
        Pair(text, "cause", verdict.Cause);
        Pair(text, "do first", verdict.FirstAction);
        Pair(text, "next by a machine", verdict.NextEventAt is { } next ? At(next) : "");
        if (verdict.Heal is { } heal && heal.Grade != ForecastGrade.None && (heal.Likely ?? heal.By80) is not null)
        {
            // A share is never said without how many it is of.
            var past = heal is { Grade: ForecastGrade.Measured or ForecastGrade.Thin } ? string.Create(CultureInfo.InvariantCulture, $" ({heal.Healed} of {heal.AtRisk} times such a failure ended with the next try)") : "";
            Pair(text, "heals", $"likely by {At(heal.Likely)}, four times of five by {At(heal.By80)}{past}");
        }

        Pair(text, "decided at", verdict.DecideAt is { } decide ? At(decide) : "");
        Pair(text, "a human in time until", verdict.PageBy is { } by ? At(by) : "");
        Pair(text, "older than promised from", verdict.Deadline is { } deadline ? At(deadline) : "");
    }

    private static void Pair(StringBuilder text, string name, string value)
    {
        if (value.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name}: {value}\n");
        }
    }

    private static void Section(StringBuilder text, string title, IEnumerable<string> lines)
    {
        var all = lines.ToArray();
        if (all.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{title}\n");
            foreach (var line in all)
            {
                text.Append(CultureInfo.InvariantCulture, $"  - {line}\n");
            }
        }
    }

    private static string Figures(VerdictSnapshot said, StandingsSnapshot rows)
    {
        var oldest = said.AsOf is { } now
            ? said.Jobs.Where(verdict => verdict.Deadline is not null).Select(verdict => rows.Find(verdict.Job)?.Job.LastSuccess).Where(success => success <= now).Min() is { } last ? now - last : TimeSpan.Zero
            : TimeSpan.Zero;
        var blocked = said.Roots.SelectMany(root => root.Waiting).Distinct(StringComparer.Ordinal).Count();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"'page'={Count(VerdictState.Page)};;0;0; 'human'={Count(VerdictState.NeedsHumanLater)};0;;0; 'watch'={Count(VerdictState.Watch)};;;0; 'healing'={Count(VerdictState.Healing)};;;0; 'blocked'={blocked};;;0; 'fine'={said.Jobs.Count(verdict => verdict.State == VerdictState.Ok)};;;0; 'oldest_data'={Math.Floor(oldest.TotalSeconds):0}s;;;0;");

        int Count(VerdictState state) => said.Roots.Count(root => root.State == state);
    }

    private static string Waiting(IReadOnlyList<string> jobs) =>
        $"{VerdictWords.Count(jobs.Count, "job waits", "jobs wait")} behind it: {string.Join(", ", jobs.Take(MostNamed))}{(jobs.Count > MostNamed ? $" and {VerdictWords.Count(jobs.Count - MostNamed, "more", "more")}" : "")}.";

    private static string Named(RootVerdict root) => root.Job is null ? root.Headline : $"{root.Root.Name}: {root.Headline}";

    private static string At(DateTimeOffset? moment) => moment is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "never";

    // Nothing in here may end the line, or begin what Nagios takes for figures.
    private static string Line(string text)
    {
        var cut = text.Length <= LongestLine ? text : $"{text[..(char.IsHighSurrogate(text[LongestLine - 2]) ? LongestLine - 2 : LongestLine - 1)]}…";
        return string.Create(cut.Length, cut, static (place, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                place[i] = from[i] == '|' ? '/' : char.IsControl(from[i]) || from[i] is '\u2028' or '\u2029' ? ' ' : from[i];
            }
        });
    }
}
