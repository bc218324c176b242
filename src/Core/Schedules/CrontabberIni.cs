using System.Globalization;
using Dashboard.Core.Configuration;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>The part of a <c>crontabber.ini</c> that says what runs when.</summary>
public static class CrontabberIni
{
    private const string Section = "crontabber";

    /// <summary>Reads it; also the form in which <c>--admin.dump_conf</c> writes the list, which crontabber cannot read back.</summary>
    public static ScheduleConfiguration Read(ConfigFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var faults = new FaultList();
        var settings = SchedulerSettings.Crontabber;
        List<ConfiguredJob> jobs = [];
        SchedulerError? unreadable = null;
        if (file.Root.Section(Section) is not { } section)
        {
            faults.Add(file.Root.File, null, "no section [crontabber]", "[crontabber] with the option jobs");
        }
        else
        {
            settings = Settings(section, faults);
            if (section.Value("jobs") is { } option)
            {
                jobs.AddRange(Jobs(section, option, faults, out unreadable));
            }
            else
            {
                faults.Add(section.File, section.Line, "no option jobs in [crontabber]", "jobs='''…''', a line for each job");
            }
        }

        if (file.Faults.Count > 0)
        {
            unreadable = new SchedulerError("LoadingIniFileFailsException", $"ConfigObj cannot load ini: {file.Faults[0]}");
        }

        return new ScheduleConfiguration
        {
            Flavour = Flavour.Crontabber,
            Jobs = jobs,
            Settings = settings,
            Faults = [.. file.Faults, .. faults.All],
            Files = file.Files,
            Unreadable = unreadable,
        };
    }

    private static List<ConfiguredJob> Jobs(ConfigSection section, ConfigValue option, FaultList faults, out SchedulerError? unreadable)
    {
        unreadable = null;
        var text = option.Text;

        // Dumped: one line, and between the jobs a backslash and an n. Its "#" begin no comment of the file, so the raw line is what counts.
        var dumped = !option.Raw.Contains('\n', StringComparison.Ordinal) && option.Raw.Contains(@"\n", StringComparison.Ordinal);
        if (dumped)
        {
            text = option.Raw.Trim('"', '\'').Replace(@"\n", "\n", StringComparison.Ordinal);
            unreadable = new SchedulerError("JobNotFoundError", Unread(option.Text));
        }
        else if (option.IsList)
        {
            unreadable = new SchedulerError("AttributeError", "'list' object has no attribute 'class_list'");
            faults.Add(option.File, option.Line, "jobs with commas and without quotes", "quotes around the whole list: crontabber takes this for another kind of list and stops");
        }

        var entries = Entries(section, option, text, dumped, faults, out var error);
        unreadable ??= error;
        return entries;
    }

    private static List<ConfiguredJob> Entries(ConfigSection section, ConfigValue option, string text, bool dumped, FaultList faults, out SchedulerError? unreadable)
    {
        unreadable = null;
        List<ConfiguredJob> jobs = [];
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (entry, line) in JobsOption.SplitLines(text))
        {
            var at = dumped ? option.Line : option.Line + line;
            if (jobs.Count == ScheduleConfiguration.MostJobs)
            {
                faults.Add(option.File, at, $"more than {ScheduleConfiguration.MostJobs:N0} jobs", "less; the rest is not read");
                break;
            }

            var read = JobsOption.Read(entry);
            if (read.Error is not null)
            {
                unreadable ??= read.Error;
                faults.Add(option.File, at, FaultList.Quote(entry), "module.Class|frequency or module.Class|frequency|HH:MM; as it stands it keeps all of crontabber from starting");
                continue;
            }

            var (classPath, frequency, time) = read.Value;
            var job = new ConfiguredJob(classPath, frequency, time, option.File, at);

            // A section of the class may say it anew, as any option of configman.
            if (section.Section($"class-{job.ClassName}") is { } own)
            {
                job = job with { Frequency = own.Value("frequency")?.Text ?? frequency, Time = own.Value("time")?.Text ?? time, Name = Name(own) };
                job = own.Value("kind") is null ? job : WithoutCode(job, own);
            }

            if (!known.Add(classPath))
            {
                faults.Add(option.File, at, $"{FaultList.Quote(classPath)} a second time", "each class once; its first line is used");
                continue;
            }

            ScheduleWords.Check(job, Flavour.Crontabber, faults);
            jobs.Add(job);
        }

        return jobs;
    }

    // A job of a kind that needs no code says in its section what a class says itself: see docs/jobs.md. What of it cannot be read is a fault for its runner to tell.
    private static ConfiguredJob WithoutCode(ConfiguredJob job, ConfigSection own) => job with
    {
        Name = job.Name ?? job.ClassPath,
        Backfills = own.Value("backfill")?.Text.Trim().ToUpperInvariant() switch
        {
            null => false,
            "TRUE" or "YES" or "1" or "ON" => true,
            _ => false,
        },
        DependsOn = own.Value("depends_on") is { } parents ? Names(parents) : [],
    };

    // A class says its name in Python, where nobody can read it; its section may say it for who reads only the file.
    private static string? Name(ConfigSection own) => own.Value("app_name")?.Text is { } name && !string.IsNullOrWhiteSpace(name) ? name.Trim() : null;

    private static string[] Names(ConfigValue value)
    {
        var text = (value.IsList ? value.Raw : value.Text).Trim();
        var literal = text.StartsWith('[') && text.Length <= IncludedLines.MostBytes ? new LiteralParser(text, value.File, new FaultList()).Take() : null;
        return [.. (literal is { Kind: LiteralKind.List } ? literal.Items.Select(item => item.Text) : value.Parts).Where(name => name.Length > 0)];
    }

    // The name of the class that crontabber looks for and does not find.
    private static string Unread(string text) => JobsOption.Split(text) is [var first, ..] ? first : text;

    private static SchedulerSettings Settings(ConfigSection section, FaultList faults)
    {
        var settings = SchedulerSettings.Crontabber;
        if (section.Value("error_retry_time") is { } retry)
        {
            if (int.TryParse(retry.Text.Trim(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0)
            {
                settings = settings with { ErrorRetry = TimeSpan.FromSeconds(seconds) };
            }
            else
            {
                faults.Add(retry.File, retry.Line, $"error_retry_time={FaultList.Quote(retry.Text)}", "whole seconds; the default of 300 is used");
            }
        }

        if (section.Value("max_ongoing_age_hours") is { } age)
        {
            if (!double.TryParse(age.Text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var hours) || !(hours is >= 0 and < 1_000_000))
            {
                faults.Add(age.File, age.Line, $"max_ongoing_age_hours={FaultList.Quote(age.Text)}", "hours; the default of 12.0 is used");
            }
            else
            {
                settings = settings with { MaxOngoing = TimeSpan.FromHours(hours) };
                if (hours >= 24)
                {
                    faults.Add(age.File, age.Line, $"max_ongoing_age_hours={FaultList.Quote(age.Text)}", "less than 24: crontabber counts the age of a lock without its whole days, so no lock is ever that old");
                }
            }
        }

        return settings;
    }
}
