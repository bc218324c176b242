using Dashboard.Core.Configuration;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>
/// What the schedulers print of their own configuration: <c>crontabber --list-jobs</c> and Socorro's <c>cronlist</c>. Kept in a file it tells every class, name
/// and schedule, which is all a dashboard on another machine needs.
/// </summary>
public static class JobListing
{
    private const string JobMark = "=== JOB ===";

    /// <summary>Whether a text is one.</summary>
    internal static bool LooksLike(string text) => IsCrontabbers(text) || IsSocorros(text);

    /// <summary>Reads it.</summary>
    public static ScheduleConfiguration Read(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        var faults = new FaultList();
        var flavour = IsCrontabbers(text) ? Flavour.Crontabber : Flavour.Socorro;
        List<ConfiguredJob> jobs = [.. (flavour == Flavour.Crontabber ? OfCrontabber(text, file) : OfSocorro(text, file)).DistinctBy(job => job.ClassPath).Take(ScheduleConfiguration.MostJobs + 1)];
        if (jobs.Count > ScheduleConfiguration.MostJobs)
        {
            jobs.RemoveAt(ScheduleConfiguration.MostJobs);
            faults.Add(file, null, $"more than {ScheduleConfiguration.MostJobs:N0} jobs", "less; the rest is not read");
        }

        foreach (var job in jobs)
        {
            ScheduleWords.Check(job, flavour, faults);
        }

        if (jobs.Count == 0)
        {
            faults.Add(file, null, "a listing without a job", "the whole output of --list-jobs or cronlist");
        }

        return new ScheduleConfiguration { Flavour = flavour, Jobs = jobs, Settings = SchedulerSettings.For(flavour), Faults = faults.All, Files = [file] };
    }

    private static bool IsCrontabbers(string text) => text.StartsWith(JobMark, StringComparison.Ordinal) || text.Contains($"\n{JobMark}", StringComparison.Ordinal);

    private static bool IsSocorros(string text) => text.Contains("\n    cmdline:      ", StringComparison.Ordinal) && text.Contains("\n    schedule:     every ", StringComparison.Ordinal);

    // After "=== JOB": Class, App name, Frequency, each with its value from the 17th column on. What follows, tracebacks and all, is passed over.
    private static IEnumerable<ConfiguredJob> OfCrontabber(string text, string file)
    {
        var (number, step, classPath, name) = (0, 0, "", "");
        foreach (var line in Lines(text))
        {
            number++;
            (step, var value) = line switch
            {
                _ when line.StartsWith(JobMark, StringComparison.Ordinal) => (1, ""),
                _ when step == 1 && Value(line, "Class:") is { } found => (2, found),
                _ when step == 2 && Value(line, "App name:") is { } found => (3, found),
                _ when step == 3 && Value(line, "Frequency:") is { } found => (4, found),
                _ => (0, ""),
            };
            (classPath, name) = (step == 2 ? value : classPath, step == 3 ? value : name);
            if (step == 4)
            {
                var (frequency, time) = Schedule(value, " @ ");
                yield return new ConfiguredJob(classPath, frequency, time, file, number - 2) { Name = name };
            }
        }
    }

    private static IEnumerable<ConfiguredJob> OfSocorro(string text, string file)
    {
        var (number, name, command) = (0, "", (string?)null);
        foreach (var line in Lines(text))
        {
            number++;
            if (line.Length > 0 && !char.IsWhiteSpace(line[0]) && !line.Contains(' ', StringComparison.Ordinal))
            {
                (name, command) = (line, null);
            }
            else if (name.Length > 0 && Value(line, "    cmdline:", 18) is { } found)
            {
                command = found;
            }
            else if (command is not null && Value(line, "    schedule:", 18) is { } schedule && schedule.StartsWith("every ", StringComparison.Ordinal))
            {
                var (frequency, time) = Schedule(schedule[6..], " @ ");
                yield return new ConfiguredJob(name, frequency, time?.Replace(" UTC", "", StringComparison.Ordinal), file, number - 2)
                {
                    Name = name,
                    Backfills = command.Contains("--run-time=", StringComparison.Ordinal),
                    DependsOn = [],
                };
                (name, command) = ("", null);
            }
        }
    }

    private static string[] Lines(string text) => text.Split('\n');

    private static string? Value(string line, string label, int column = 16) =>
        line.StartsWith(label, StringComparison.Ordinal) && line.Length > column ? line[column..].TrimEnd('\r') : null;

    private static (string Frequency, string? Time) Schedule(string text, string at) =>
        text.Split(at, 2) is [var frequency, var time] ? (frequency, time) : (text, null);
}
