using Dashboard.Core.Configuration;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>
/// Files, rows and runs of one source become its book. A definition that says the same stays the same object; a job whose line, row and runs are the same
/// objects is not looked at again.
/// </summary>
public sealed class ScheduleFold
{
    private readonly Dictionary<string, Known> known = new(StringComparer.Ordinal);
    private (ScheduleReading? Files, string[] Free, IReadOnlyList<NameAnswer> Answers) naming = (null, [], []);

    /// <summary>The book after <paramref name="before"/>; that same object when nothing differs.</summary>
    public ScheduleBook Next(ScheduleBook before, ScheduleReading files, JobsSnapshot rows, RunsSnapshot runs, Flavour flavour)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(runs);
        var faults = files.Faults.ToList();
        var configured = files.Configuration is { Jobs.Count: > 0 };
        var jobs = configured ? Configured(files, rows, runs, faults) : Observed(files, rows, runs, flavour);
        if (configured && rows.AsOf is not null && files.Configuration!.Flavour != flavour)
        {
            faults.Insert(0, new ConfigurationFault(files.Configuration.Files[0], null, $"the configuration of {files.Configuration.Flavour}", $"one of {flavour}, whose tables the source '{rows.Source}' has"));
        }

        var settings = files.Configuration?.Settings ?? SchedulerSettings.For(flavour);
        var same = before.Jobs.SequenceEqual(jobs, ReferenceEqualityComparer.Instance);
        return same && before.IsConfigured == configured && before.Settings == settings && before.AsOf is null == rows.AsOf is null && before.Faults.SequenceEqual(faults)
            ? before
            : new ScheduleBook { Source = before.Source, Jobs = same ? before.Jobs : jobs, IsConfigured = configured, Settings = settings, Faults = faults, AsOf = rows.AsOf, Sequence = before.Sequence + 1 };
    }

    private List<JobDefinition> Configured(ScheduleReading files, JobsSnapshot rows, RunsSnapshot runs, List<ConfigurationFault> faults)
    {
        var configuration = files.Configuration!;
        var names = Names(files, rows);
        faults.AddRange(names.Select(name => name.Fault).OfType<ConfigurationFault>());
        var byName = rows.Jobs.ToDictionary(row => row.Name, StringComparer.Ordinal);
        var jobs = new List<JobDefinition>(configuration.Jobs.Count);
        for (var place = 0; place < configuration.Jobs.Count; place++)
        {
            if (names[place] is { Name: { } name } answer)
            {
                var (job, at, row, history) = (configuration.Jobs[place], place, byName.GetValueOrDefault(name), runs.Of(name));
                jobs.Add(Remembered(name, (job, answer, row, history), () => DefinitionRule.Configured(job, at, answer, files.Mapping.Of(job), row, history, configuration.Flavour)));
            }
        }

        return jobs;
    }

    private List<JobDefinition> Observed(ScheduleReading files, JobsSnapshot rows, RunsSnapshot runs, Flavour flavour)
    {
        var mapped = files.Mapping.ByClass.Where(each => each.Value.Name is not null).DistinctBy(each => each.Value.Name, StringComparer.Ordinal)
            .ToDictionary(each => each.Value.Name!, each => (Class: each.Key, each.Value), StringComparer.Ordinal);
        return
        [
            .. rows.Jobs.Select(row =>
            {
                var (classPath, told) = mapped.GetValueOrDefault(row.Name);
                var history = runs.Of(row.Name);
                return Remembered(row.Name, (files, flavour, row, history), () => DefinitionRule.Observed(row, classPath, told, history, flavour));
            }),
        ];
    }

    // Names depend on which rows there are and, for tracebacks, on what they say: only while a class is without one.
    private IReadOnlyList<NameAnswer> Names(ScheduleReading files, JobsSnapshot rows)
    {
        var free = rows.Jobs.Select(row => row.Name).Append(rows.AsOf is null ? "" : "read").ToArray();
        var settled = ReferenceEquals(naming.Files, files) && naming.Free.SequenceEqual(free, StringComparer.Ordinal);
        if (!settled || naming.Answers.Any(answer => answer.Name is null))
        {
            var answers = JobNames.For(files.Configuration!.Jobs, files.Mapping, rows.AsOf is null ? null : rows.Jobs);
            naming = (files, free, settled && answers.SequenceEqual(naming.Answers) ? naming.Answers : answers);
        }

        return naming.Answers;
    }

    private JobDefinition Remembered(string name, object inputs, Func<JobDefinition> make)
    {
        if (known.TryGetValue(name, out var old) && old.Inputs.Equals(inputs))
        {
            return old.Definition;
        }

        var fresh = make();
        if (old is not null && fresh.DependsOn.SequenceEqual(old.Definition.DependsOn))
        {
            fresh = fresh with { DependsOn = old.Definition.DependsOn };
        }

        var kept = old is not null && fresh == old.Definition ? old.Definition : fresh;
        known[name] = new Known(inputs, kept);
        return kept;
    }

    private sealed record Known(object Inputs, JobDefinition Definition);
}
