using Dashboard.Core.Configuration;
using Dashboard.Core.Schedules;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>The jobs of a configuration that this runner can run, in configuration order, and what is wrong with the others.</summary>
public sealed record RunnerJobs
{
    /// <summary>The jobs. Each name once.</summary>
    public required IReadOnlyList<RunnerJob> Jobs { get; init; }

    /// <summary>What is wrong, each with its file and line and what was expected.</summary>
    public IReadOnlyList<ConfigurationFault> Faults { get; init; } = [];

    /// <summary>The runner's settings.</summary>
    public SchedulerSettings Settings { get; init; } = SchedulerSettings.Crontabber;

    /// <summary>The configuration as it was read, also of jobs that are not here.</summary>
    public required ScheduleConfiguration Configuration { get; init; }

    /// <summary>Reads a configuration, and its mapping file where there is one, and puts bodies to its jobs.</summary>
    /// <param name="path">The configuration: <c>crontabber.ini</c>, or another that <see cref="ScheduleFile"/> reads.</param>
    /// <param name="classes">The classes it may name.</param>
    /// <param name="services">Where bodies get what they need.</param>
    /// <param name="mapping">What the mapping file says.</param>
    public static RunnerJobs Read(string path, JobClasses classes, IServiceProvider services, JobMapping? mapping = null)
    {
        var configuration = ScheduleFile.Read(path);

        // Only crontabber's own kind of file has sections; of the others the schedule is all there is.
        var ini = configuration.Files is [var first, ..] && first.EndsWith(".ini", StringComparison.OrdinalIgnoreCase);
        return Of(configuration, ini ? ConfigFile.Read(path).Root.Section("crontabber") : null, classes, services, mapping);
    }

    /// <summary>Reads the text of a <c>crontabber.ini</c> that is no file.</summary>
    public static RunnerJobs ReadText(string text, string name, JobClasses classes, IServiceProvider services, JobMapping? mapping = null)
    {
        var file = ConfigFile.ReadText(text, name);
        return Of(CrontabberIni.Read(file), file.Root.Section("crontabber"), classes, services, mapping);
    }

    private static RunnerJobs Of(ScheduleConfiguration configuration, ConfigSection? crontabber, JobClasses classes, IServiceProvider services, JobMapping? mapping)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(services);
        var faults = new FaultList();
        var kinds = new JobKinds(services);
        List<RunnerJob> jobs = [];
        var names = new Dictionary<string, int?>(StringComparer.Ordinal);
        for (var place = 0; place < configuration.Jobs.Count; place++)
        {
            var job = configuration.Jobs[place];
            var section = crontabber?.Section($"class-{job.ClassName}");
            var mapped = mapping?.Of(job);
            var own = section?.Value("kind") is null ? OfClass(job, section, mapped, classes, services, faults) : kinds.Read(job, section, mapped, faults);
            if (own is not var (definition, body))
            {
                continue;
            }

            if (!names.TryAdd(definition.Name, job.Line))
            {
                faults.Add(job.File, job.Line, $"a second job named {FaultList.Quote(definition.Name)}; the first is on line {names[definition.Name]}", "a name of its own for each job: they would share one row");
                continue;
            }

            if (definition.Schedule!.Interval.Error is not null)
            {
                // Said when the configuration was read.
                continue;
            }

            if (definition.Schedule.Backfills && definition.Schedule.Interval.Value == TimeSpan.Zero)
            {
                faults.Add(job.File, job.Line, $"the frequency {FaultList.Quote(job.Frequency)} of a job that backfills", "a length of time: from slot to slot with no time between there is no end");
                continue;
            }

            jobs.Add(new RunnerJob(definition with { Place = place }, body));
        }

        return new RunnerJobs { Jobs = jobs, Faults = [.. configuration.Faults, .. mapping?.Faults ?? [], .. faults.All], Settings = configuration.Settings, Configuration = configuration };
    }

    private static (JobDefinition, IJobBody)? OfClass(ConfiguredJob job, ConfigSection? section, MappedClass? mapped, JobClasses classes, IServiceProvider services, FaultList faults)
    {
        var found = (mapped?.Name ?? job.Name) is { } name && classes.Find(name) is { Count: > 0 } named ? named : classes.Find(job.ClassPath);
        if (found is not [var known])
        {
            var several = string.Join(" or ", found.Select(each => each.Type.FullName));
            var among = classes.All.Select(each => each.Name).Take(6).ToArray();
            faults.Add(
                job.File,
                job.Line,
                found.Count == 0 ? $"{FaultList.Quote(job.ClassPath)}, which is no class of this runner" : $"{FaultList.Quote(job.ClassPath)}, which may be {several}",
                found.Count == 0
                    ? $"{(among.Length == 0 ? "a class given to the runner" : $"one of its classes ({string.Join(", ", among.Take(5))}{(among.Length > 5 ? ", …" : "")})")}, or a section [[class-{job.ClassName}]] with kind = {string.Join(", ", JobKinds.All)}"
                    : "the full name of one class");
            return null;
        }

        var wrong = known.Faults.Concat(known.Faults.Count > 0 ? [] : known.Missing(services).Select(missing => $"no {missing}; expected it among the services of the runner")).ToArray();
        foreach (var fault in wrong)
        {
            var parts = fault.Split("; expected ", 2);
            faults.Add(job.File, job.Line, $"{known.Type.FullName}: {parts[0]}", parts[1]);
        }

        if (wrong.Length > 0)
        {
            return null;
        }

        if (mapped?.Backfills is { } told && told != known.Backfills)
        {
            faults.Add(mapped.File, mapped.Line, $"backfill of {FaultList.Quote(job.ClassPath)} is {told}", $"{known.Backfills}, as {known.Type.FullName} says; that holds");
        }

        if (mapped?.DependsOn is { } parents && !parents.SequenceEqual(known.DependsOn))
        {
            faults.Add(mapped.File, mapped.Line, $"depends_on of {FaultList.Quote(job.ClassPath)} is {FaultList.Quote(string.Join(", ", parents))}", $"{FaultList.Quote(string.Join(", ", known.DependsOn))}, as {known.Type.FullName} says; that holds");
        }

        var says = $"the class {known.Type.FullName}";
        var definition = Definition(job, known.Name, known.Backfills, known.DependsOn, says);
        return (definition, known.Body(services, new JobOptions(section)));
    }

    /// <summary>The definition of a job all of whose parts are configured.</summary>
    internal static JobDefinition Definition(ConfiguredJob job, string name, bool backfills, IReadOnlyList<string> parents, string says) => new()
    {
        Name = name,
        NameEvidence = says,
        ClassPath = job.ClassPath,
        Schedule = new Schedule(job.Frequency, job.Time, backfills),
        CadenceKnown = Knowledge.Configured,
        CadenceEvidence = Evidence.At(job.File, job.Line),
        BackfillsKnown = Knowledge.Configured,
        BackfillsEvidence = says,
        DependsOn = parents,
        DependsOnKnown = Knowledge.Configured,
        DependsOnEvidence = says,
    };
}
