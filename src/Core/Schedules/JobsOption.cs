using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>One entry of crontabber's <c>jobs</c> option.</summary>
/// <param name="ClassPath">The class, module and all.</param>
/// <param name="Frequency">How often.</param>
/// <param name="Time">At what time; null when none is given, which is not the same as empty.</param>
public sealed record JobsEntry(string ClassPath, string Frequency, string? Time)
{
    /// <summary>The class without its module: what names its section and stands in <c>--nagios</c>.</summary>
    public string ClassName => ClassPath[(ClassPath.LastIndexOf('.') + 1)..];

    /// <summary>Its schedule; the option does not say whether the class backfills.</summary>
    public Schedule Schedule(bool backfills) => new(Frequency, Time, backfills, Flavour.Crontabber);
}

/// <summary>crontabber's <c>jobs</c> option: <c>line_splitter</c>, <c>pipe_splitter</c> and <c>get_extra_as_options</c>.</summary>
public static class JobsOption
{
    /// <summary>
    /// The entries of the whole option. Lines, commas and semicolons all part them, also inside a comment, whose rest is then an entry.
    /// </summary>
    public static IReadOnlyList<string> Split(string text) => [.. SplitLines(text).Select(entry => entry.Entry)];

    /// <summary>The same, each with the line of the option it stands on, from 0.</summary>
    public static IReadOnlyList<(string Entry, int Line)> SplitLines(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var entries = new List<(string Entry, int Line)>();
        var (line, counted) = (0, 0);
        foreach (var range in text.AsSpan().SplitAny('\n', ',', ';'))
        {
            var start = range.Start.GetOffset(text.Length);
            line += text.AsSpan(counted, start - counted).Count('\n');
            counted = start;
            if (PythonText.Strip(text.AsSpan()[range]) is var entry && entry is not ("" or ['#', ..]))
            {
                entries.Add((entry.ToString(), line));
            }
        }

        return entries;
    }

    /// <summary>What one entry says, or the exception that keeps the whole program from starting.</summary>
    public static Answer<JobsEntry> Read(string entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var parts = entry.Split('|');
        return parts.Length switch
        {
            1 => new SchedulerError("JobDescriptionError", "No frequency and/or time defined"),

            // A lone time of day means every day.
            2 => parts[1].Contains(':', StringComparison.Ordinal) ? new JobsEntry(parts[0], "1d", parts[1]) : new JobsEntry(parts[0], parts[1], null),
            3 => new JobsEntry(parts[0], parts[1], parts[2]),
            _ => new SchedulerError("ValueError", "too many values to unpack (expected 2)"),
        };
    }
}
