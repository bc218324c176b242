using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Backfill;

/// <summary>What the backlogs of one source follow from.</summary>
/// <param name="Book">When its jobs run.</param>
/// <param name="Rows">Their rows.</param>
/// <param name="Runs">Their recent runs.</param>
/// <param name="Tick">What the next tick does.</param>
public sealed record BacklogInputs(ScheduleBook Book, JobsSnapshot Rows, RunsSnapshot Runs, TickSnapshot Tick);

/// <summary>
/// Schedules, rows and runs become backlogs. What did not change stays the same object; a job whose facts are the same objects is not reckoned again
/// before the clock can change it.
/// </summary>
public sealed class BacklogFold
{
    private Dictionary<string, (BacklogFacts Facts, Backlog Backlog)> reckoned = new(StringComparer.Ordinal);

    /// <summary>The first moment of the database's clock at which the last picture may differ although nothing was written.</summary>
    public DateTimeOffset Until { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>The snapshot after <paramref name="before"/>; that same object when nothing differs.</summary>
    public BacklogSnapshot Next(BacklogSnapshot before, BacklogInputs inputs, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(inputs);
        var next = new Dictionary<string, (BacklogFacts Facts, Backlog Backlog)>(reckoned.Count, StringComparer.Ordinal);
        var byName = inputs.Book.Jobs.Any(definition => definition.Schedule is { Backfills: true }) ? inputs.Rows.Jobs.ToDictionary(row => row.Name, StringComparer.Ordinal) : [];
        List<UnknownBacklog> unknown = [];
        var plain = 0;
        foreach (var definition in inputs.Book.Jobs)
        {
            if (Gap(definition) is { } gap)
            {
                unknown.Add(new UnknownBacklog(definition.Name, gap));
            }
            else if (!definition.Schedule!.Backfills)
            {
                plain++;
            }
            else
            {
                var facts = new BacklogFacts(definition, byName.GetValueOrDefault(definition.Name), inputs.Runs.Of(definition.Name), inputs.Tick.Find(definition.Name))
                {
                    HistorySince = inputs.Runs.Whole ? null : inputs.Runs.Since,
                };
                next[definition.Name] = (facts, Reckon(facts, now));
            }
        }

        reckoned = next;
        Backlog[] jobs = [.. next.Values.Select(known => known.Backlog).OrderBy(backlog => backlog.Job, StringComparer.Ordinal)];
        Until = jobs.Length == 0 ? DateTimeOffset.MaxValue : jobs.Min(backlog => backlog.Until);
        UnknownBacklog[] gaps = [.. unknown.OrderBy(gap => gap.Job, StringComparer.Ordinal)];
        var same = before.AsOf is not null && before.Plain == plain && before.Unknown.SequenceEqual(gaps) && before.Jobs.SequenceEqual(jobs, ReferenceEqualityComparer.Instance);
        return same ? before : new BacklogSnapshot
        {
            Source = before.Source,
            Jobs = jobs,
            Unknown = before.Unknown.SequenceEqual(gaps) ? before.Unknown : gaps,
            Plain = plain,
            AsOf = inputs.Rows.AsOf,
        };
    }

    private static string? Gap(JobDefinition definition) => definition switch
    {
        { Schedule: null } => Said("When it runs is not known", definition.CadenceEvidence),
        { BackfillsKnown: Knowledge.Unknown } => Said("Whether it makes up for missed slots is not known", definition.BackfillsEvidence),
        _ => null,
    };

    private static string Said(string what, string evidence) => evidence.Length == 0 ? $"{what}." : $"{what}: {evidence.TrimEnd('.')}.";

    private Backlog Reckon(BacklogFacts facts, DateTimeOffset now)
    {
        var known = reckoned.TryGetValue(facts.Definition.Name, out var old);
        if (known && Same(old.Facts, facts) && now <= old.Backlog.Until)
        {
            return old.Backlog;
        }

        var fresh = BacklogRule.For(facts, now);
        return known && Same(old.Backlog, fresh) ? old.Backlog : fresh;
    }

    private static bool Same(BacklogFacts one, BacklogFacts other) =>
        one.Definition == other.Definition && ReferenceEquals(one.Row, other.Row) && ReferenceEquals(one.History, other.History) && one.Tick == other.Tick
        && one.HistorySince == other.HistorySince;

    private static bool Same(Backlog one, Backlog other) => one.Lost.SequenceEqual(other.Lost) && one == other with { Lost = one.Lost };
}
