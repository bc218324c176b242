using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Dependencies;

/// <summary>What the next tick of one source's scheduler will do. A job's part that did not change is the same object as before.</summary>
public sealed record TickSnapshot
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Every configured job and every row, in run order; what has no place comes last, by name. The same list as before when no part changed.</summary>
    public required IReadOnlyList<JobTick> Jobs { get; init; }

    /// <summary>The run order, or why there is none.</summary>
    public RunOrder Order { get; init; } = new([]);

    /// <summary>What the order was made of: configured jobs, or rows and the names they depend on where nothing is configured. The same list while it is the same.</summary>
    public IReadOnlyList<JobNode> Nodes { get; init; } = [];

    /// <summary>Who depends on whom among <see cref="Nodes"/>. The same object while they are the same.</summary>
    public DependencyGraph Graph { get; init; } = DependencyGraph.Of([]);

    /// <summary>True when the nodes are from a configuration: then a row that is none of them is a ghost, and a name that is neither is missing.</summary>
    public bool IsConfigured { get; init; }

    /// <summary>The job at which the tick ends early; null when it comes to its end.</summary>
    public string? EndsAt => Ends.Count > 0 ? Ends[0] : null;

    /// <summary>The jobs at which it ends, one after the other as each is helped: locks, and children of a parent without a next run. Empty when it comes to its end.</summary>
    public IReadOnlyList<string> Ends { get; init; } = [];

    /// <summary>Names that jobs wait for although nothing is configured by them and no row has them, by name.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Who makes the ticks.</summary>
    public TickRunner Runner { get; init; } = TickRunner.Crontabber;

    /// <summary>The database's clock at the reading behind it; null before the first.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The rows it was reckoned from.</summary>
    public JobsSnapshot? Rows { get; init; }

    /// <summary>From this moment of the database's clock on it may be another although rows and configuration are the same.</summary>
    public DateTimeOffset Until { get; init; } = DateTimeOffset.MaxValue;

    internal TickPlan? Plan { get; init; }

    /// <summary>What else it was reckoned from, and for which moment of the database's clock: what is the same need not be asked again.</summary>
    internal ScheduleBook? Book { get; init; }

    internal RunsSnapshot? Runs { get; init; }

    internal DateTimeOffset At { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>The job of that name, or null.</summary>
    public JobTick? Find(string name) =>
        Plan is { } plan ? plan.Places.TryGetValue(name, out var place) && place < Jobs.Count ? Jobs[place] : null : Jobs.FirstOrDefault(job => job.Name == name);

    /// <summary>The job of a row, by the place of the row: what <see cref="Find"/> finds by its name, without looking for it.</summary>
    internal JobTick? OfRow(int row) => Plan is { } plan && plan.RowPlaces[row] is var place && place < Jobs.Count ? Jobs[place] : Rows is { } rows ? Find(rows.Jobs[row].Name) : null;

    /// <summary>Every job that this one keeps from running now, directly or by way of others, in run order.</summary>
    public IReadOnlyList<JobTick> Waiting(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        HashSet<string>? held = null;
        List<JobTick>? waiting = null;
        foreach (var job in Jobs)
        {
            // In run order every parent comes before its children, so one pass finds the chains too.
            if (job.IsHeld && job.Name != name && (job.Root == name || Contains(job.StarvedBy) || Contains(job.Parent?.Parent)))
            {
                (held ??= new HashSet<string>(StringComparer.Ordinal)).Add(job.Name);
                (waiting ??= []).Add(job);
            }
        }

        return waiting ?? (IReadOnlyList<JobTick>)[];

        bool Contains(string? other) => other is not null && (other == name || held?.Contains(other) == true);
    }

    /// <summary>The chain from a job up to where a remedy helps: the job itself, what is in its way, what is in the way of that, and so on.</summary>
    public IReadOnlyList<string> Chain(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        List<string> chain = [name];
        for (var job = Find(name); job is { IsHeld: true }; job = Find(chain[^1]))
        {
            var next = job.Parent?.Parent ?? job.StarvedBy;
            if (next is null || chain.Contains(next))
            {
                break;
            }

            chain.Add(next);
        }

        return chain;
    }

    /// <summary>Nothing known yet.</summary>
    public static TickSnapshot Empty(string source) => new() { Source = source, Jobs = [] };
}
