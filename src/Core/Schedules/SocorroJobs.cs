using Dashboard.Core.Configuration;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>
/// Socorro's list of jobs: the file that says <c>JOBS = [ {…}, … ]</c> in Python, only the list, or the same as JSON. It is parsed, never run: what is no
/// literal is a fault.
/// </summary>
public static class SocorroJobs
{
    /// <summary>Reads the text of such a file.</summary>
    public static ScheduleConfiguration Read(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        var faults = new FaultList();
        if (text.Length > IncludedLines.MostBytes)
        {
            faults.Add(file, null, $"{text.Length:N0} characters", $"at most {IncludedLines.MostBytes >> 20} MB");
            text = "[]";
        }

        var settings = SchedulerSettings.Socorro with
        {
            MaxOngoing = Seconds(text, file, "MAX_ONGOING", faults) ?? SchedulerSettings.Socorro.MaxOngoing,
            ErrorRetry = Seconds(text, file, "ERROR_RETRY_TIME", faults) ?? SchedulerSettings.Socorro.ErrorRetry,
        };
        var usual = Assigned(text, file, "DEFAULT_FREQUENCY", faults) is { Kind: LiteralKind.Text } given ? given.Text : Frequency.SocorroDefault;
        var jobs = List(text, file, faults) is { } list ? Jobs(list, file, usual, faults) : [];
        return new ScheduleConfiguration { Flavour = Flavour.Socorro, Jobs = jobs, Settings = settings, Faults = faults.All, Files = [file] };
    }

    /// <summary>Whether a text looks like such a list rather than an INI file.</summary>
    internal static bool LooksLike(string text)
    {
        var start = text.AsSpan().TrimStart();
        return Assignment(text, "JOBS") is not null || start is ['{', ..] || (start is ['[', ..] && start[1..].TrimStart() is ['{', ..] or [']', ..]);
    }

    private static Literal? List(string text, string file, FaultList faults)
    {
        var start = text.AsSpan().TrimStart();
        var value = start is ['[', ..] or ['{', ..] ? new LiteralParser(text, file, faults).Take() : Assigned(text, file, "JOBS", faults);
        value = value is { Kind: LiteralKind.Map } ? value.Of("JOBS") ?? value.Of("jobs") : value;
        if (value is { Kind: LiteralKind.List })
        {
            return value;
        }

        faults.Add(file, value?.Line, value is null ? "no JOBS" : FaultList.Quote(value.Text), "JOBS = [ {\"cmd\": …, \"frequency\": …}, … ] in literals");
        return null;
    }

    private static List<ConfiguredJob> Jobs(Literal list, string file, string usual, FaultList faults)
    {
        var jobs = new List<ConfiguredJob>(list.Items.Count);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            if (jobs.Count == ScheduleConfiguration.MostJobs)
            {
                faults.Add(file, item.Line, $"more than {ScheduleConfiguration.MostJobs:N0} jobs", "less; the rest is not read");
                break;
            }

            if (Job(item, file, usual, faults) is not { } job)
            {
                continue;
            }

            if (!known.Add(job.ClassPath))
            {
                faults.Add(file, item.Line, $"{FaultList.Quote(job.ClassPath)} a second time", "each command once; its first entry is used");
                continue;
            }

            ScheduleWords.Check(job, Flavour.Socorro, faults);
            jobs.Add(job);
        }

        return jobs;
    }

    private static ConfiguredJob? Job(Literal item, string file, string usual, FaultList faults)
    {
        if (item.Kind != LiteralKind.Map || item.Of("cmd") is not { Kind: LiteralKind.Text, Text.Length: > 0 } command)
        {
            faults.Add(file, item.Line, item.Kind == LiteralKind.Map ? "an entry without \"cmd\"" : FaultList.Quote(item.Text), "{\"cmd\": \"…\", \"frequency\": \"1d\", …}");
            return null;
        }

        var frequency = Text("frequency");
        var time = Text("time");
        return new ConfiguredJob(command.Text, frequency ?? usual, time, file, item.Line)
        {
            Name = command.Text,
            Backfills = item.Of("backfill") is { Kind: LiteralKind.Truth or LiteralKind.Number, Number: not 0 },
            DependsOn = [],
        };

        string? Text(string key)
        {
            switch (item.Of(key))
            {
                case null or { Kind: LiteralKind.None }:
                    return null;
                case { Kind: LiteralKind.Text } value:
                    return value.Text;
                case { } other:
                    faults.Add(file, other.Line, $"\"{key}\" of {FaultList.Quote(command.Text)} is {FaultList.Quote(other.Text)}", "a text in quotes; nothing is run here");
                    return null;
            }
        }
    }

    private static TimeSpan? Seconds(string text, string file, string name, FaultList faults)
    {
        var value = Assigned(text, file, name, faults);
        if (value is null or { Kind: LiteralKind.Number, Number: >= 0 and < 1_000_000_000 })
        {
            return value is null ? null : TimeSpan.FromSeconds(value.Number);
        }

        faults.Add(file, value.Line, $"{name} = {FaultList.Quote(value.Text)}", "a number of seconds; Socorro's own is used");
        return null;
    }

    private static Literal? Assigned(string text, string file, string name, FaultList faults)
    {
        if (Assignment(text, name) is not { } offset)
        {
            return null;
        }

        var parser = new LiteralParser(text, file, faults);
        parser.GoTo(offset);
        return parser.Take();
    }

    // Where the value of "NAME = value" at the start of a line begins.
    private static int? Assignment(string text, string name)
    {
        for (var at = text.IndexOf(name, StringComparison.Ordinal); at >= 0; at = text.IndexOf(name, at + name.Length, StringComparison.Ordinal))
        {
            if (at > 0 && text[at - 1] != '\n')
            {
                continue;
            }

            var value = at + name.Length;
            while (value < text.Length && text[value] is ' ' or '\t')
            {
                value++;
            }

            if (value + 1 < text.Length && text[value] == '=' && text[value + 1] != '=')
            {
                return value + 1;
            }
        }

        return null;
    }
}
