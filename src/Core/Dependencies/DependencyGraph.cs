namespace Dashboard.Core.Dependencies;

/// <summary>
/// Who depends on whom: the configured jobs and every name they depend on. Self-dependencies are kept apart, for the scheduler sorts as if
/// they were not there. Everything here is walked without recursion, so a chain may be as long as it likes.
/// </summary>
public sealed class DependencyGraph
{
    private readonly List<string> names = [];
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly List<List<int>> parents = [];
    private readonly List<List<int>> children = [];
    private readonly HashSet<int> jobs = [];
    private readonly HashSet<int> dependOnThemselves = [];

    private DependencyGraph()
    {
    }

    /// <summary>How many names there are.</summary>
    public int Count => names.Count;

    /// <summary>The jobs that depend on themselves: the sort overlooks it, but they never run.</summary>
    public IReadOnlyList<string> OnThemselves => [.. dependOnThemselves.Order().Select(node => names[node])];

    /// <summary>The names somebody depends on that are no configured job.</summary>
    public IReadOnlyList<string> Missing => [.. Enumerable.Range(0, Count).Where(node => !jobs.Contains(node)).Select(node => names[node])];

    /// <summary>The graph of these jobs. A name given twice has the parents of both.</summary>
    public static DependencyGraph Of(IEnumerable<JobNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var graph = new DependencyGraph();
        var edges = new HashSet<(int, int)>();
        foreach (var job in nodes)
        {
            var child = graph.PlaceOf(job.Name);
            graph.jobs.Add(child);
            foreach (var name in job.DependsOn)
            {
                var parent = graph.PlaceOf(name);
                if (parent == child)
                {
                    graph.dependOnThemselves.Add(child);
                }
                else if (edges.Add((parent, child)))
                {
                    graph.parents[child].Add(parent);
                    graph.children[parent].Add(child);
                }
            }
        }

        return graph;
    }

    /// <summary>Everything that waits when this job does not do its work: its children, their children, nearest first.</summary>
    public IReadOnlyList<string> Below(string name) => Reach(name, children);

    /// <summary>Everything this job waits for: its parents, their parents, nearest first.</summary>
    public IReadOnlyList<string> Above(string name) => Reach(name, parents);

    /// <summary>The jobs that depend on this one directly.</summary>
    public IEnumerable<string> Children(string name) => places.TryGetValue(name, out var place) ? children[place].Select(node => names[node]) : [];

    /// <summary>The jobs it depends on directly, then those that depend on it.</summary>
    public IEnumerable<string> Neighbours(string name) => places.TryGetValue(name, out var place) ? parents[place].Concat(children[place]).Select(node => names[node]) : [];

    internal string Name(int node) => names[node];

    internal bool IsJob(int node) => jobs.Contains(node);

    internal IReadOnlyList<int> Parents(int node) => parents[node];

    internal IReadOnlyList<int> Children(int node) => children[node];

    private IReadOnlyList<string> Reach(string name, List<List<int>> edges)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!places.TryGetValue(name, out var start))
        {
            return [];
        }

        var seen = new HashSet<int> { start };
        var found = new List<int> { start };
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(edges[found[i]].Where(seen.Add));
        }

        return [.. found.Skip(1).Select(node => names[node])];
    }

    private int PlaceOf(string name)
    {
        if (!places.TryGetValue(name, out var place))
        {
            place = names.Count;
            places.Add(name, place);
            names.Add(name);
            parents.Add([]);
            children.Add([]);
        }

        return place;
    }
}
