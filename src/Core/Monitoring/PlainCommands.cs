using System.Globalization;
using System.Text;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;

namespace Dashboard.Core.Monitoring;

/// <summary>The same commands as crontabber's, answered with all that is known here: stuck locks and who waits behind them, overdue jobs, ghosts.</summary>
public static class PlainCommands
{
    /// <summary>How Nagios calls the exit code of a check that could not be made.</summary>
    public const int Unknown = 3;

    private const int LongestLine = 900;
    private const int MostNamed = 8;

    /// <summary>The verdict for Nagios, by what one look shows: see <see cref="VerdictText.Nagios"/>.</summary>
    public static CommandAnswer Nagios(SourceGlance glance)
    {
        ArgumentNullException.ThrowIfNull(glance);
        return VerdictText.Nagios(glance.Verdict, glance.Standings);
    }

    /// <summary>What a check says that could not be made.</summary>
    public static CommandAnswer NagiosUnknown(string why) => new($"CRONTABBER UNKNOWN: {Safe(why, LongestLine)}\n", "", Unknown);

    /// <summary>Every job: when it runs, where it stands, and how that is known.</summary>
    public static CommandAnswer ListJobs(SourceGlance glance)
    {
        ArgumentNullException.ThrowIfNull(glance);
        var text = new StringBuilder();
        foreach (var job in glance.Book.Jobs)
        {
            Append(text, job.Name, job, glance.Standings.Find(job.Name));
        }

        foreach (var ghost in glance.Standings.Jobs.Where(standing => glance.Book.Find(standing.Job.Name) is null))
        {
            Append(text, ghost.Job.Name, null, ghost);
        }

        return new CommandAnswer(text.ToString(), Faults(glance), 0);
    }

    /// <summary>Rows without a job, jobs without a row, parents without either. 1 when there are any.</summary>
    public static CommandAnswer AuditGhosts(SourceGlance glance)
    {
        ArgumentNullException.ThrowIfNull(glance);
        if (!glance.Book.IsConfigured)
        {
            return new CommandAnswer("", $"No configuration is known for '{glance.Source.Name}', so no row can be told to be a ghost: name its crontabber.ini with --jobs or in Sources.\n", Unknown);
        }

        var text = new StringBuilder();
        var rows = glance.Rows.Jobs.ToDictionary(row => row.Name, StringComparer.Ordinal);
        foreach (var row in glance.Rows.Jobs.Where(row => glance.Book.Find(row.Name) is null))
        {
            text.Append(CultureInfo.InvariantCulture, $"ghost: {Safe(row.Name)} has a row and is not configured; last run {At(row.LastRun)}. crontabber cannot reset it: delete the row, or name its class in the mapping file.\n");
        }

        foreach (var job in glance.Book.Jobs.Where(job => !rows.ContainsKey(job.Name)))
        {
            text.Append(CultureInfo.InvariantCulture, $"never run: {Safe(job.Name)} is configured ({Cadenced(job)}) and has no row.\n");
        }

        foreach (var (name, child) in glance.Book.Jobs.SelectMany(job => job.DependsOn.Select(parent => (Parent: parent, Child: job.Name)))
            .Where(edge => glance.Book.Find(edge.Parent) is null && !rows.ContainsKey(edge.Parent)))
        {
            text.Append(CultureInfo.InvariantCulture, $"missing parent: {Safe(child)} waits for {Safe(name)}, which is not configured and has no row: it never runs, and crontabber says nothing.\n");
        }

        return new CommandAnswer(text.Length == 0 ? "No ghosts: every row is configured and every job has its row.\n" : text.ToString(), Faults(glance), text.Length == 0 ? 0 : 1);
    }

    /// <summary>Everything that is wrong with a configuration, and what crontabber would say to it. 1 when anything is.</summary>
    public static CommandAnswer ConfigTest(ScheduleConfiguration configuration, ScheduleBook book)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(book);
        var text = new StringBuilder();
        foreach (var fault in book.Faults)
        {
            text.Append(CultureInfo.InvariantCulture, $"{fault}\n");
        }

        var failed = book.Faults.Count > 0;
        if (configuration.Flavour == Sources.Flavour.Crontabber)
        {
            var verdict = CrontabberCommands.Verdict(configuration, book.Jobs);
            failed |= verdict.ExitCode != 0;
            text.Append(verdict switch
            {
                { Died: { } error } => $"crontabber does not start with it: {Safe(error.ToString(), 300)}\n",
                { Reported.Count: > 0 } => $"crontabber --configtest fails {verdict.Reported.Count}: {string.Join(", ", verdict.Reported.Take(MostNamed).Select(each => $"{Safe(each.Job)} ({Safe(each.Fault.ToString())})"))}\n",
                _ => "crontabber --configtest passes, if Python finds the classes: that cannot be told here.\n",
            });
        }

        text.Append(CultureInfo.InvariantCulture, $"{configuration.Jobs.Count} jobs, {book.Jobs.Count} with a name, {book.Faults.Count} faults\n");
        return new CommandAnswer(text.ToString(), "", failed ? 1 : 0);
    }

    private static void Append(StringBuilder text, string name, JobDefinition? job, JobStanding? standing)
    {
        text.Append(CultureInfo.InvariantCulture, $"{Safe(name)}: {(standing is null ? "Never run. It is configured and has no row." : $"{Words(standing.State)}. {Safe(standing.Because, 400)}")}\n");
        if (job is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {Cadenced(job)}; {(job.BackfillsKnown, job.Schedule?.Backfills) switch
            {
                (Knowledge.Unknown, _) => "whether it backfills is not known",
                (var known, true) => known == Knowledge.Inferred ? "backfills (inferred)" : "backfills",
                (var known, _) => known == Knowledge.Inferred ? "does not backfill (inferred)" : "does not backfill",
            }}{(job.ClassPath is { } path ? $"; {Safe(path, 200)}" : "")}\n");
        }

        if (standing?.Job is { } row)
        {
            text.Append(CultureInfo.InvariantCulture, $"    last run {At(row.LastRun)}; last success {At(row.LastSuccess)}; next run {At(row.NextRun)}\n");
        }
    }

    private static string Cadenced(JobDefinition job) => job.Schedule is { } schedule
        ? $"{Cadence.Words(schedule)} ({(job.CadenceKnown == Knowledge.Inferred ? $"inferred: {job.CadenceEvidence}" : job.CadenceEvidence)})"
        : $"when it runs is not known: {job.CadenceEvidence}";

    private static string Faults(SourceGlance glance) =>
        glance.Book.Faults.Count == 0 ? "" : $"The configuration has {glance.Book.Faults.Count} faults: ./run configtest --source {glance.Source.Name} tells them.\n";

    private static string Words(JobState state) => state switch
    {
        JobState.StuckLock => "Stuck lock",
        JobState.NeverRun => "Never run",
        _ => state.ToString(),
    };

    private static string At(DateTimeOffset? moment) => moment is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) : "none";

    // Nothing in here may end the line, or begin what a program takes for figures.
    private static string Safe(string text, int longest = 80)
    {
        var cut = Cut(text, longest);
        return string.Create(cut.Length, cut, (place, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                place[i] = from[i] == '|' ? '/' : char.IsControl(from[i]) || from[i] is '\u2028' or '\u2029' ? ' ' : from[i];
            }
        });
    }

    private static string Cut(string text, int longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }

        return $"{text[..(char.IsHighSurrogate(text[longest - 2]) ? longest - 2 : longest - 1)]}…";
    }
}
