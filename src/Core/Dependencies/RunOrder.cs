using Dashboard.Core.Schedules;

namespace Dashboard.Core.Dependencies;

/// <summary>The order in which a tick goes through the configured jobs: <c>reorder_dag</c> of crontabber.</summary>
/// <param name="Names">The jobs in run order; empty when there is an error.</param>
/// <param name="Error">The <c>CircularDAGError</c> that ends every run, <c>--configtest</c>, <c>--audit-ghosts</c> and <c>--reset-job</c>.</param>
public sealed record RunOrder(IReadOnlyList<string> Names, SchedulerError? Error = null)
{
    private const string Circular = "CircularDAGError";

    /// <summary>The jobs that wait for themselves, by way of others or behind such: what keeps the sort from ending.</summary>
    public IReadOnlyList<string> Entangled { get; init; } = [];

    /// <summary>A shortest circle among them; null when there is none.</summary>
    public Cycle? Cycle { get; init; }

    /// <summary>
    /// Sorts jobs by level, a job's level being one more than its highest parent's, and within a level by code point. A name that is no
    /// job takes its place among the roots and is then left out; a job that depends on itself is taken for one that does not.
    /// </summary>
    public static RunOrder Of(IEnumerable<JobNode> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var given = jobs.ToList();
        var graph = DependencyGraph.Of(given);
        if (!given.Exists(job => job.DependsOn.Count == 0))
        {
            return new RunOrder([], new SchedulerError(Circular, "No job is at the root")) { Cycle = Cycle.Shortest(graph) };
        }

        var (order, left) = Sort(graph);

        // The complaint names them as they are configured; who only is depended on is never among them.
        var places = given.Select((job, place) => (job.Name, place)).DistinctBy(job => job.Name).ToDictionary(job => job.Name, job => job.place, StringComparer.Ordinal);
        var entangled = left.OrderBy(node => places[graph.Name(node)]).ToList();
        return entangled.Count == 0
            ? new RunOrder([.. order.Where(graph.IsJob).Select(graph.Name)])
            : new RunOrder([], new SchedulerError(Circular, Complaint(graph, order, entangled)))
            {
                Entangled = [.. entangled.Select(graph.Name)],
                Cycle = Cycle.Shortest(graph),
            };
    }

    private static (List<int> Order, List<int> Entangled) Sort(DependencyGraph graph)
    {
        var order = new List<int>(graph.Count);
        var waitingFor = new int[graph.Count];
        var level = new List<int>();
        for (var node = 0; node < graph.Count; node++)
        {
            waitingFor[node] = graph.Parents(node).Count;
            if (waitingFor[node] == 0)
            {
                level.Add(node);
            }
        }

        while (level.Count > 0)
        {
            level.Sort((left, right) => CodePointOrder.Instance.Compare(graph.Name(left), graph.Name(right)));
            order.AddRange(level);
            var next = new List<int>();
            foreach (var node in level)
            {
                next.AddRange(graph.Children(node).Where(child => --waitingFor[child] == 0));
            }

            level = next;
        }

        return (order, [.. Enumerable.Range(0, graph.Count).Where(node => waitingFor[node] > 0)]);
    }

    // In Python the order inside the braces is that of a set, which is none.
    private static string Complaint(DependencyGraph graph, List<int> sorted, List<int> entangled)
    {
        var done = sorted.ToHashSet();
        var items = entangled.Select(node =>
            $"({PythonText.Repr(graph.Name(node))}, {{{string.Join(", ", graph.Parents(node).Where(parent => !done.Contains(parent)).Select(parent => PythonText.Repr(graph.Name(parent))))}}})");
        return $"Cyclic dependencies exist among these items: {string.Join(", ", items)}";
    }
}
