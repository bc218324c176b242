using Dashboard.Core.Configuration;

namespace Dashboard.Core.Schedules;

/// <summary>What the Python class of a job says and the configuration does not.</summary>
/// <param name="Name"><c>app_name</c>; null when the mapping does not say.</param>
/// <param name="Backfills">Whether it is a backfill class; null when the mapping does not say.</param>
/// <param name="DependsOn">Its parents, in order; null when the mapping does not say.</param>
/// <param name="File">Where the mapping says it.</param>
/// <param name="Line">On which line.</param>
public sealed record MappedClass(string? Name, bool? Backfills, IReadOnlyList<string>? DependsOn, string File, int? Line);

/// <summary>
/// A mapping file: class path → <c>app_name</c>, <c>backfill</c>, <c>depends_on</c>, as JSON, <c>{"socorro.cron.jobs.ftpscraper.FTPScraperCronApp": {"app_name":
/// "ftpscraper", "backfill": true, "depends_on": []}}</c>; a text instead of the object is the name alone. The kept output of <c>crontabber --list-jobs</c> will do as well.
/// </summary>
public sealed record JobMapping(IReadOnlyDictionary<string, MappedClass> ByClass, IReadOnlyList<ConfigurationFault> Faults)
{
    /// <summary>No mapping.</summary>
    public static JobMapping None { get; } = new(new Dictionary<string, MappedClass>(), []);

    /// <summary>False when nothing of it could be read.</summary>
    public bool IsUsable => ByClass.Count > 0 || Faults.Count == 0;

    /// <summary>What it says of a class, by its path or, for short, its name alone; null when nothing.</summary>
    public MappedClass? Of(ConfiguredJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return ByClass.GetValueOrDefault(job.ClassPath) ?? ByClass.GetValueOrDefault(job.ClassName);
    }

    /// <summary>Reads the text of a mapping file.</summary>
    public static JobMapping Read(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (JobListing.LooksLike(text))
        {
            var listing = JobListing.Read(text, file);
            return new JobMapping(
                listing.Jobs.ToDictionary(job => job.ClassPath, job => new MappedClass(job.Name, job.Backfills, job.DependsOn, file, job.Line), StringComparer.Ordinal),
                [.. listing.Faults.Where(fault => fault.Line is null)]);
        }

        var faults = new FaultList();
        var byClass = new Dictionary<string, MappedClass>(StringComparer.Ordinal);
        var map = text.Length > IncludedLines.MostBytes ? null : new LiteralParser(text, file, faults).Take();
        if (map is not { Kind: LiteralKind.Map })
        {
            faults.Add(file, map?.Line ?? 1, FaultList.Quote(text.Length > 200 ? text[..200] : text), "{\"module.Class\": {\"app_name\": …}}, or the output of crontabber --list-jobs");
            return new JobMapping(byClass, faults.All);
        }

        for (var i = 0; i < map.Keys.Count; i++)
        {
            if (byClass.Count == ScheduleConfiguration.MostJobs)
            {
                faults.Add(file, map.Items[i].Line, $"more than {ScheduleConfiguration.MostJobs:N0} classes", "less; the rest is not read");
                break;
            }

            if (Class(map.Keys[i], map.Items[i], file, faults) is { } mapped)
            {
                byClass[map.Keys[i]] = mapped;
            }
        }

        return new JobMapping(byClass, faults.All);
    }

    private static MappedClass? Class(string classPath, Literal value, string file, FaultList faults)
    {
        if (value.Kind == LiteralKind.Text && value.Text.Length > 0)
        {
            return new MappedClass(value.Text, null, null, file, value.Line);
        }

        if (value.Kind != LiteralKind.Map)
        {
            faults.Add(file, value.Line, $"{FaultList.Quote(classPath)}: {FaultList.Quote(value.Text)}", "a name, or {\"app_name\": …, \"backfill\": …, \"depends_on\": […]}");
            return null;
        }

        foreach (var key in value.Keys.Where(key => key is not ("app_name" or "backfill" or "depends_on")))
        {
            faults.Add(file, value.Line, $"{FaultList.Quote(key)} of {FaultList.Quote(classPath)}", "app_name, backfill or depends_on");
        }

        return new MappedClass(Name(), Backfills(), Parents(), file, value.Line);

        string? Name() => value.Of("app_name") switch
        {
            null => null,
            { Kind: LiteralKind.Text, Text.Length: > 0 } name => name.Text,
            var other => Refuse<string>("app_name", other, "a text"),
        };

        bool? Backfills()
        {
            var given = value.Of("backfill");
            if (given is null or { Kind: LiteralKind.Truth })
            {
                return given is null ? null : given.Number == 1;
            }

            Refuse<object>("backfill", given, "true or false");
            return null;
        }

        // As in the Python class, one parent may stand without its list.
        IReadOnlyList<string>? Parents() => value.Of("depends_on") switch
        {
            null => null,
            { Kind: LiteralKind.Text } one => [one.Text],
            { Kind: LiteralKind.List } list when list.Items.All(item => item.Kind == LiteralKind.Text) => [.. list.Items.Select(item => item.Text)],
            var other => Refuse<IReadOnlyList<string>>("depends_on", other, "a list of names"),
        };

        T? Refuse<T>(string key, Literal found, string expected)
            where T : class
        {
            faults.Add(file, found.Line, $"{key} of {FaultList.Quote(classPath)} is {found.Kind.ToString().ToLowerInvariant()} {FaultList.Quote(found.Text)}", expected);
            return null;
        }
    }
}
