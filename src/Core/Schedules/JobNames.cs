using Dashboard.Core.Configuration;
using Dashboard.Core.Jobs;

namespace Dashboard.Core.Schedules;

/// <summary>The <c>app_name</c> of a configured class, or why it cannot be told.</summary>
/// <param name="Name">The name; null when it cannot be told.</param>
/// <param name="Known">Where it is from.</param>
/// <param name="Evidence">Where it is from, in one sentence.</param>
/// <param name="Fault">What to do when it cannot be told.</param>
public sealed record NameAnswer(string? Name, Knowledge Known, string Evidence, ConfigurationFault? Fault = null);

/// <summary>
/// Names the configured classes. Each says its <c>app_name</c> in Python, where we cannot read it: it is in the mapping file, or it is told by the traceback of
/// a row that goes through the module of one class only, or by a row whose name is like the class's. Two that fit are as good as none.
/// </summary>
public static class JobNames
{
    private static readonly string[] Suffixes = ["CronApp", "App", "Cron", "Job"];

    /// <summary>An answer for each job, in their order.</summary>
    /// <param name="jobs">As configured.</param>
    /// <param name="mapping">The mapping file.</param>
    /// <param name="rows">The rows of the state table; null while they are not known, and then nothing is held against a class without a name.</param>
    public static IReadOnlyList<NameAnswer> For(IReadOnlyList<ConfiguredJob> jobs, JobMapping mapping, IReadOnlyList<Job>? rows)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(mapping);
        var answers = new NameAnswer?[jobs.Count];
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < jobs.Count; i++)
        {
            answers[i] = Told(jobs[i], mapping.Of(jobs[i]), taken);
        }

        var free = (rows ?? []).Where(row => !taken.Contains(row.Name)).ToDictionary(row => row.Name, StringComparer.Ordinal);
        ByTraceback(jobs, answers, free);
        foreach (var likeness in Likenesses)
        {
            ByName(jobs, answers, free, likeness);
        }

        return [.. answers.Select((answer, i) => answer ?? new NameAnswer(null, Knowledge.Unknown, "", rows is null ? null : Unnamed(jobs[i], free.Keys)))];
    }

    private static NameAnswer? Told(ConfiguredJob job, MappedClass? mapped, HashSet<string> taken)
    {
        if ((mapped?.Name ?? job.Name) is not { } name)
        {
            return null;
        }

        var (file, line) = mapped?.Name is null ? (job.File, job.Line) : (mapped.File, mapped.Line);
        return taken.Add(name)
            ? new NameAnswer(name, Knowledge.Configured, Evidence.At(file, line))
            : new NameAnswer(null, Knowledge.Unknown, "", new ConfigurationFault(file, line, $"{FaultList.Quote(name)} names a second class, {FaultList.Quote(job.ClassPath)}", "a name of its own for each class: they would share one row"));
    }

    private static void ByTraceback(IReadOnlyList<ConfiguredJob> jobs, NameAnswer?[] answers, Dictionary<string, Job> free)
    {
        var byModule = jobs.Select((job, i) => (Path: ModulePath(job), Index: i)).Where(each => each.Path.Length > 0)
            .GroupBy(each => each.Path, StringComparer.Ordinal).Where(group => group.Count() == 1).ToDictionary(group => group.Key, group => group.First().Index, StringComparer.Ordinal);
        var found = free.Values.Where(row => row.LastError is not null)
            .Select(row => (Row: row, Indexes: Modules(row.LastError!.Traceback).SelectMany(Tails).Where(byModule.ContainsKey).Select(path => byModule[path]).Distinct().ToArray()))
            .Where(each => each.Indexes.Length == 1 && answers[each.Indexes[0]] is null)
            .GroupBy(each => each.Indexes[0]).Where(group => group.Count() == 1);
        foreach (var (row, indexes) in found.Select(group => group.First()).ToArray())
        {
            answers[indexes[0]] = new NameAnswer(row.Name, Knowledge.Inferred, $"the traceback in its row goes through {ModulePath(jobs[indexes[0]])}, the module of this class alone");
            free.Remove(row.Name);
        }
    }

    // socorro.cron.jobs.matviews.ADUCronApp: socorro/cron/jobs/matviews.py
    private static string ModulePath(ConfiguredJob job) =>
        job.ClassPath.LastIndexOf('.') is var end and > 0 ? $"{job.ClassPath[..end].Replace('.', '/')}.py" : "";

    private static HashSet<string> Modules(string traceback)
    {
        const string mark = "File \"";
        var paths = new HashSet<string>(StringComparer.Ordinal);
        for (var at = traceback.IndexOf(mark, StringComparison.Ordinal); at >= 0 && paths.Count < 100; at = traceback.IndexOf(mark, at, StringComparison.Ordinal))
        {
            at += mark.Length;
            var end = traceback.AsSpan(at).IndexOfAny('"', '\n');
            if (end is > 0 and < 1000)
            {
                paths.Add(traceback.Substring(at, end));
            }
        }

        return paths;
    }

    private static IEnumerable<string> Tails(string path)
    {
        var tails = 0;
        for (var slash = path.LastIndexOf('/'); slash >= 0 && tails < 10; slash = slash == 0 ? -1 : path.LastIndexOf('/', slash - 1))
        {
            tails++;
            yield return path[(slash + 1)..];
        }
    }

    private static readonly (Func<ConfiguredJob, string> Of, Func<string, IEnumerable<string>> Keys, string Words)[] Likenesses =
    [
        (ClassKey, name => [string.Concat(Words(name))], "is called like it"),
        (ClassKey, name => Starts(Words(name)), "begins like it"),
        (ClassKey, name => Ends(Words(name)), "ends like it"),
        (job => string.Concat(Words(job.Module)), name => [string.Concat(Words(name))], "is called like its module"),
    ];

    private static void ByName(
        IReadOnlyList<ConfiguredJob> jobs, NameAnswer?[] answers, Dictionary<string, Job> free, (Func<ConfiguredJob, string> Of, Func<string, IEnumerable<string>> Keys, string Words) likeness)
    {
        var classes = jobs.Select((job, i) => (Key: likeness.Of(job), Index: i)).Where(each => answers[each.Index] is null && each.Key.Length > 0)
            .ToLookup(each => each.Key, each => each.Index, StringComparer.Ordinal);
        var pairs = free.Keys.SelectMany(name => likeness.Keys(name).Distinct().SelectMany(key => classes[key]).Select(index => (Name: name, Index: index))).ToArray();
        var names = pairs.CountBy(pair => pair.Name).ToDictionary(StringComparer.Ordinal);
        var indexes = pairs.CountBy(pair => pair.Index).ToDictionary();
        foreach (var (name, index) in pairs.Where(pair => names[pair.Name] == 1 && indexes[pair.Index] == 1))
        {
            answers[index] = new NameAnswer(name, Knowledge.Inferred, $"of the rows this one alone {likeness.Words}, {jobs[index].ClassPath}");
            free.Remove(name);
        }
    }

    // ADUCronApp: adu
    private static string ClassKey(ConfiguredJob job)
    {
        var suffix = Suffixes.FirstOrDefault(each => job.ClassName.Length > each.Length && job.ClassName.EndsWith(each, StringComparison.Ordinal)) ?? "";
        return string.Concat(Words(job.ClassName[..^suffix.Length]));
    }

    private static string[] Words(string name) =>
        new string([.. name.Select(each => char.IsLetterOrDigit(each) ? char.ToLowerInvariant(each) : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Starts(string[] words) => Enumerable.Range(1, Math.Min(words.Length, 20)).Select(count => string.Concat(words.Take(count)));

    private static IEnumerable<string> Ends(string[] words) => Enumerable.Range(1, Math.Min(words.Length, 20)).Select(count => string.Concat(words.TakeLast(count)));

    private static ConfigurationFault Unnamed(ConfiguredJob job, IEnumerable<string> free)
    {
        var some = free.Order(StringComparer.Ordinal).Take(6).Select(FaultList.Quote).ToArray();
        var choice = some.Length == 0 ? "" : $"; rows without a class: {string.Join(", ", some.Take(5))}{(some.Length > 5 ? ", …" : "")}";
        return new ConfigurationFault(job.File, job.Line, $"a class whose name cannot be told, {FaultList.Quote(job.ClassPath)}", $"\"{job.ClassPath}\": \"its app_name\" in the mapping file, the source's option Mapping{choice}");
    }
}

/// <summary>How evidence names a place.</summary>
internal static class Evidence
{
    /// <summary>As in <c>line 17 of crontabber.ini</c>.</summary>
    public static string At(string file, int? line) => line is { } number
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"line {number} of {Path.GetFileName(file)}")
        : Path.GetFileName(file);
}
