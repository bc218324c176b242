using System.Globalization;
using System.Text;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Monitoring;

/// <summary>
/// What crontabber 0.18 itself prints and exits with, byte for byte on standard output, its faults included. On standard error stand its log lines from level
/// INFO on and, where it dies, the last line of its traceback; the lines between name files of a machine we are not on.
/// </summary>
public static class CrontabberCommands
{
    private static readonly string[] OfApp = ["JobNotFoundError", "JobDescriptionError", "TimeDefinitionError", "RowLevelLockError", "OngoingJobError"];
    private static readonly string[] OfBase = ["FrequencyDefinitionError", "CircularDAGError"];

    /// <summary><c>crontabber --nagios</c>.</summary>
    public static CommandAnswer Nagios(SourceGlance glance, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(glance);
        if (Refusal(glance) is { } refusal)
        {
            return refusal;
        }

        var jobs = glance.Book.Jobs.Select(job => new NagiosJob(job.Name, ClassName(job), job.Schedule?.Backfills ?? false)
        {
            ErrorCount = Number(glance.Raw.GetValueOrDefault(job.Name)?.ErrorCount),
            LastError = glance.Raw.GetValueOrDefault(job.Name)?.LastError,
        });
        var answer = NagiosRule.Say(jobs);
        return answer.Error is { } error ? Died("", error) : Ended(glance, answer.Value.Text, now, answer.Value.ExitCode);
    }

    /// <summary><c>crontabber --list-jobs</c>.</summary>
    public static CommandAnswer ListJobs(SourceGlance glance, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(glance);
        if (Refusal(glance) is { } refusal)
        {
            return refusal;
        }

        var text = new StringBuilder();
        foreach (var job in glance.Book.Jobs)
        {
            if (JobListText.Append(text, job, glance.Raw.GetValueOrDefault(job.Name), now) is { } error)
            {
                return Died(text.ToString(), error);
            }
        }

        return Ended(glance, text.ToString(), now, 0);
    }

    /// <summary><c>crontabber --audit-ghosts</c>. Its order is that of a Python set; ours is by name.</summary>
    public static CommandAnswer AuditGhosts(SourceGlance glance, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(glance);
        if (Refusal(glance) is { } refusal)
        {
            return refusal;
        }

        if (RunOrder.Of(glance.Book.Jobs.Select(job => new JobNode(job.Name, job.DependsOn))).Error is { } error)
        {
            return Died("", error);
        }

        var ghosts = glance.Rows.Jobs.Where(row => glance.Book.Find(row.Name) is null).Select(row => row.Name).ToArray();
        return Ended(
            glance, ghosts.Length == 0 ? "" : $"Found the following in the state database but not available as a configured job:\n{string.Concat(ghosts.Select(name => $"\t{name}\n"))}",
            now, 0);
    }

    /// <summary><c>crontabber --configtest</c>. Whether the classes exist cannot be told here; all else is judged as it does.</summary>
    public static CommandAnswer ConfigTest(ScheduleConfiguration configuration, IReadOnlyList<JobDefinition> named, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var answer = Verdict(configuration, named);
        var log = string.Concat(answer.Reported.Select(each => $"{LogLine(now, "CRITICAL", Schedules.ConfigTest.Remark)}{Last(each.Fault)}"));
        return answer.Died is { } error
            ? new CommandAnswer("", log + Last(error), 1)
            : new CommandAnswer("", answer.ExitCode == 0 ? LogLine(now, "INFO", "done.") : log + LogLine(now, "INFO", "done."), answer.ExitCode);
    }

    /// <summary>What <c>--configtest</c> comes to: a class whose name is not known takes part under its path.</summary>
    public static ConfigTestAnswer Verdict(ScheduleConfiguration configuration, IReadOnlyList<JobDefinition> named)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(named);
        var byClass = named.Where(job => job.ClassPath is not null).ToDictionary(job => job.ClassPath!, StringComparer.Ordinal);
        var nodes = configuration.Jobs.Select(job => byClass.TryGetValue(job.ClassPath, out var known) ? new JobNode(known.Name, known.DependsOn) : JobNode.Root(job.ClassPath)).ToArray();
        var schedules = configuration.Jobs.Zip(nodes).ToDictionary(pair => pair.Second.Name, pair => new Schedule(pair.First.Frequency, pair.First.Time, false), StringComparer.Ordinal);
        return Schedules.ConfigTest.Ask(configuration, RunOrder.Of(nodes), schedules);
    }

    private static CommandAnswer? Refusal(SourceGlance glance)
    {
        if (glance.Flavour != Flavour.Crontabber)
        {
            return new CommandAnswer("", $"'{glance.Source.Name}' holds Socorro's tables: crontabber's own commands know nothing of them. Leave --compat out.\n", 3);
        }

        if (glance.Files.Configuration is not { } configuration)
        {
            return new CommandAnswer("", $"crontabber answers for what is configured, and no configuration is known for '{glance.Source.Name}': name its crontabber.ini with --jobs or in Sources.\n", 3);
        }

        return configuration.Unreadable is { } error ? Died("", error) : null;
    }

    private static CommandAnswer Ended(SourceGlance glance, string output, DateTimeOffset now, int exitCode)
    {
        // Without its name a class cannot take part, which crontabber would not know.
        var unnamed = glance.Files.Configuration!.Jobs.Count - glance.Book.Jobs.Count;
        return new(output, $"{(unnamed > 0 ? $"{unnamed} configured classes are left out, for their names cannot be told: ./run configtest says which, and --mapping names them.\n" : "")}{LogLine(now, "INFO", "done.")}", exitCode);
    }

    private static CommandAnswer Died(string output, SchedulerError error) => new(output, Last(error), 1);

    // crontabber's own default format, which tells the thread twice.
    private static string LogLine(DateTimeOffset now, string level, string message) =>
        $"{now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss,fff", CultureInfo.InvariantCulture)} {level} - MainThread -  - MainThread - {message}\n";

    private static string Last(SchedulerError error)
    {
        var module = OfApp.Contains(error.Type) ? "crontabber.app." : OfBase.Contains(error.Type) ? "crontabber.base." : "";
        return $"{module}{error}\n";
    }

    private static string ClassName(JobDefinition job) => job.ClassPath is { } path ? path[(path.LastIndexOf('.') + 1)..] : job.Name;

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
