using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Dependencies;

/// <summary>What of a tick depends on configuration and names alone: kept until one of them changes, which is hardly ever.</summary>
internal sealed class TickPlan
{
    private readonly ScheduleBook book;
    private readonly IReadOnlyList<string> rowNames;
    private readonly int[] rowPlaces;
    private readonly int[][] parentPlaces;

    private TickPlan(ScheduleBook book, IReadOnlyList<JobNode> nodes, IReadOnlyList<string> rowNames, RunOrder order)
    {
        (this.book, Nodes, this.rowNames, Order) = (book, nodes, rowNames, order);
        Graph = DependencyGraph.Of(nodes);
        var byName = nodes.DistinctBy(node => node.Name).ToDictionary(node => node.Name, StringComparer.Ordinal);
        var known = rowNames.ToHashSet(StringComparer.Ordinal);
        Ordered = [.. Order.Names.Where(name => book.IsConfigured || known.Contains(name)).Select(name => byName[name])];
        var placed = Ordered.Select(node => node.Name).ToHashSet(StringComparer.Ordinal);
        Rest =
        [
            .. (book.IsConfigured ? nodes.Select(node => node.Name).Concat(rowNames) : rowNames)
                .Where(name => !placed.Contains(name)).Distinct(StringComparer.Ordinal).Order(CodePointOrder.Instance),
        ];
        Places = Ordered.Select(node => node.Name).Concat(Rest).Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        rowPlaces = [.. rowNames.Select(name => Places[name])];
        parentPlaces = [.. Ordered.Select(node => node.DependsOn.Where(Places.ContainsKey).Select(name => Places[name]).ToArray())];
        Missing = [.. nodes.SelectMany(node => node.DependsOn).Concat(nodes.Select(node => node.Name)).Where(name => !Places.ContainsKey(name)).Distinct(StringComparer.Ordinal).Order(CodePointOrder.Instance)];
        Definitions = book.Jobs.DistinctBy(job => job.Name).ToDictionary(job => job.Name, StringComparer.Ordinal);
    }

    /// <summary>What the order is made of.</summary>
    public IReadOnlyList<JobNode> Nodes { get; }

    /// <summary>The order in which a tick goes through them.</summary>
    public RunOrder Order { get; }

    /// <summary>Who depends on whom.</summary>
    public DependencyGraph Graph { get; }

    /// <summary>The jobs a tick goes through, in its order.</summary>
    public IReadOnlyList<JobNode> Ordered { get; }

    /// <summary>Every other name that is configured or has a row: ghosts, and all of them where there is no order.</summary>
    public IReadOnlyList<string> Rest { get; }

    /// <summary>Name → its place among the ordered ones and the rest.</summary>
    public IReadOnlyDictionary<string, int> Places { get; }

    /// <summary>Which place each row has, in the order of the rows.</summary>
    public ReadOnlySpan<int> RowPlaces => rowPlaces;

    /// <summary>For each of the ordered ones the places of its parents; parents that are nothing at all have none.</summary>
    public ReadOnlySpan<int[]> ParentPlaces => parentPlaces;

    /// <summary>Names depended upon that are nothing at all.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Name → what is known of it.</summary>
    public IReadOnlyDictionary<string, JobDefinition> Definitions { get; }

    /// <summary>The plan of this configuration and these rows; the one before when it still holds.</summary>
    public static TickPlan Of(TickPlan? before, ScheduleBook book, JobsSnapshot rows)
    {
        if (before is not null && before.Fits(book, rows))
        {
            return before;
        }

        IReadOnlyList<JobNode> nodes = book.IsConfigured
            ? [.. book.Jobs.Select(job => new JobNode(job.Name, book.Flavour == Flavour.Socorro ? [] : job.DependsOn))]
            : OfRows(book, rows);
        return new TickPlan(book, nodes, [.. rows.Jobs.Select(row => row.Name)], OrderOf(book, nodes));
    }

    // A parent without a row may well be configured; it is taken for a job that depends on nothing, or a reset parent would look like a cycle.
    private static IReadOnlyList<JobNode> OfRows(ScheduleBook book, JobsSnapshot rows)
    {
        if (book.Flavour == Flavour.Socorro)
        {
            return [.. rows.Jobs.Select(row => JobNode.Root(row.Name))];
        }

        var known = rows.Jobs.Select(row => row.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. rows.Jobs.Select(row => new JobNode(row.Name, row.DependsOn)),
            .. rows.Jobs.SelectMany(row => row.DependsOn).Where(name => !known.Contains(name)).Distinct(StringComparer.Ordinal).Select(JobNode.Root),
        ];
    }

    // Socorro sorts nothing: its jobs come in the order of its configuration.
    private static RunOrder OrderOf(ScheduleBook book, IReadOnlyList<JobNode> nodes) =>
        nodes.Count == 0 && !book.IsConfigured ? new RunOrder([])
        : book.Flavour == Flavour.Socorro ? new RunOrder([.. nodes.Select(node => node.Name).Distinct(StringComparer.Ordinal)])
        : RunOrder.Of(nodes);

    private bool Fits(ScheduleBook now, JobsSnapshot rows)
    {
        if (rows.Jobs.Count != rowNames.Count || !SameJobs(now))
        {
            return false;
        }

        for (var i = 0; i < rowNames.Count; i++)
        {
            if (rows.Jobs[i].Name != rowNames[i] || !(now.IsConfigured || now.Flavour == Flavour.Socorro || Same(rows.Jobs[i].DependsOn, Nodes[i].DependsOn)))
            {
                return false;
            }
        }

        return true;
    }

    private bool SameJobs(ScheduleBook now)
    {
        if (ReferenceEquals(now, book))
        {
            return true;
        }

        if (now.IsConfigured != book.IsConfigured || now.Flavour != book.Flavour || now.Jobs.Count != book.Jobs.Count)
        {
            return false;
        }

        for (var i = 0; i < now.Jobs.Count; i++)
        {
            if (!ReferenceEquals(now.Jobs[i], book.Jobs[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Same(IReadOnlyList<string> one, IReadOnlyList<string> other)
    {
        if (ReferenceEquals(one, other))
        {
            return true;
        }

        if (one.Count != other.Count)
        {
            return false;
        }

        for (var i = 0; i < one.Count; i++)
        {
            if (one[i] != other[i])
            {
                return false;
            }
        }

        return true;
    }
}
