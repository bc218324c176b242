using Dashboard.Core.Actions;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Jobs;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Dependencies;

/// <summary>The graph as a nested list: every job under its first parent, and under the others with a word that it was seen before.</summary>
public sealed partial class GraphOutline
{
    private const int Most = 400;
    private const int Deepest = 6;

    private readonly List<Line> lines = [];
    private int left;

    /// <summary>What the next tick does.</summary>
    [Parameter, EditorRequired]
    public required TickSnapshot Tick { get; set; }

    /// <summary>Where the jobs stand.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>What people say of them now; null where the past is shown, of which that is not kept.</summary>
    [Parameter]
    public MarksSnapshot? Marks { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        lines.Clear();
        var standings = Standings.Jobs.ToDictionary(standing => standing.Job.Name, StringComparer.Ordinal);
        var parents = Tick.Nodes.GroupBy(node => node.Name, StringComparer.Ordinal).ToDictionary(node => node.Key, node => node.First().DependsOn, StringComparer.Ordinal);
        var missing = Tick.Missing.ToHashSet(StringComparer.Ordinal);
        var listed = new HashSet<string>(StringComparer.Ordinal);
        var names = Tick.Jobs.Select(job => job.Name).Concat(Tick.Missing).ToList();

        // Those without parents first; then whoever is only reached in a circle.
        var starts = names.Where(name => !parents.TryGetValue(name, out var own) || own.All(parent => parent == name)).Concat(names);
        foreach (var start in starts)
        {
            if (lines.Count >= Most)
            {
                break;
            }

            if (!listed.Contains(start))
            {
                List(start, standings, parents, missing, listed);
            }
        }

        left = names.Count - listed.Count;
    }

    private static string Depth(int depth) => $"depth-{Math.Min(depth, Deepest)}";

    private void List(string start, Dictionary<string, JobStanding> standings, Dictionary<string, IReadOnlyList<string>> parents, HashSet<string> missing, HashSet<string> listed)
    {
        var stack = new Stack<(string Name, int Depth, string Parent)>([(start, 0, "")]);
        while (lines.Count < Most && stack.TryPop(out var next))
        {
            var again = !listed.Add(next.Name);
            var itself = parents.TryGetValue(next.Name, out var own) && own.Contains(next.Name, StringComparer.Ordinal);
            lines.Add(new Line($"{lines.Count} {next.Name}", next.Name, next.Depth, next.Parent, again, itself, missing.Contains(next.Name), standings.GetValueOrDefault(next.Name), Said(next.Name, standings.GetValueOrDefault(next.Name))));
            if (again)
            {
                continue;
            }

            foreach (var child in Tick.Graph.Children(next.Name).OrderDescending(CodePointOrder.Instance))
            {
                stack.Push((child, next.Depth + 1, next.Name));
            }
        }
    }

    private RowMarks Said(string name, JobStanding? standing) => RowMarks.Of(Marks, name, standing?.Job, Shown.Now());

    private sealed record Line(string Key, string Name, int Depth, string Parent, bool Again, bool OnItself, bool IsMissing, JobStanding? Standing, RowMarks Said);
}
