using System.Runtime.CompilerServices;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Dependencies.Layout;

namespace Dashboard.Web.Dependencies;

/// <summary>
/// A graph of jobs and where everything of it is drawn. Made once for each graph, whoever looks and however the jobs stand: as long as nobody changes
/// the dependencies, nothing on the screen moves.
/// </summary>
public sealed class GraphPicture
{
    /// <summary>A graph larger than this is only drawn around a job.</summary>
    public const int MostNodes = 2000;

    private const int KeptViews = 32;
    private static readonly ConditionalWeakTable<DependencyGraph, Kept> ByGraph = [];
    private readonly Dictionary<string, int> places;

    private GraphPicture(IReadOnlyList<string> names, IReadOnlyList<(int From, int To)> edges)
    {
        (Names, Edges) = (names, edges);
        places = names.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        Layout = LayeredLayout.Of(new LayoutGraph(names.Count, edges), Measures);
        Columns =
        [
            .. Enumerable.Range(0, names.Count).OrderBy(node => Layout.Boxes[node].X).ThenBy(node => Layout.Boxes[node].Y),
        ];
    }

    /// <summary>How large things are drawn.</summary>
    public static LayoutMeasures Measures { get; } = new() { BoxWidth = 216, BoxHeight = 40, ColumnGap = 52, UsualWidth = 1140 };

    /// <summary>The nodes: jobs, ghosts and names that are nothing at all.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Parent and child by their place among the names.</summary>
    public IReadOnlyList<(int From, int To)> Edges { get; }

    /// <summary>Where they are.</summary>
    public GraphLayout Layout { get; }

    /// <summary>The nodes column by column, from the top: as a reader goes through them.</summary>
    public IReadOnlyList<int> Columns { get; }

    /// <summary>The place of a name; null when it is not drawn.</summary>
    public int? Find(string name) => places.TryGetValue(name, out var place) ? place : null;

    /// <summary>The picture of a tick's whole graph, or of what is around one job; null when it is too large to be drawn whole.</summary>
    public static GraphPicture? Of(TickSnapshot tick, string? focus, int hops)
    {
        ArgumentNullException.ThrowIfNull(tick);
        var kept = ByGraph.GetValue(tick.Graph, _ => new Kept());
        lock (kept)
        {
            var names = kept.Names(tick);
            var key = (focus is not null && names.Contains(focus, StringComparer.Ordinal) ? focus : null, hops);
            if (key.Item1 is null && names.Count > MostNodes)
            {
                return null;
            }

            if (!kept.Views.TryGetValue(key, out var picture))
            {
                picture = Drawn(tick, names, key.Item1, hops);
                if (kept.Views.Count >= KeptViews)
                {
                    kept.Views.Clear();
                }

                kept.Views.Add(key, picture);
            }

            return picture;
        }
    }

    private static GraphPicture Drawn(TickSnapshot tick, IReadOnlyList<string> names, string? focus, int hops)
    {
        var shown = focus is null ? names : Around(tick.Graph, focus, hops);
        var places = shown.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        List<(int, int)> edges = [];
        foreach (var node in tick.Nodes)
        {
            foreach (var parent in node.DependsOn.Distinct(StringComparer.Ordinal))
            {
                if (places.TryGetValue(parent, out var from) && places.TryGetValue(node.Name, out var to))
                {
                    edges.Add((from, to));
                }
            }
        }

        return new GraphPicture(shown, [.. edges.Distinct()]);
    }

    // Nearest first; of a hub with very many neighbours as many as can be drawn.
    private static List<string> Around(DependencyGraph graph, string focus, int hops)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { focus };
        List<string> found = [focus];
        for (int i = 0, end = 1, hop = 0; hop < hops && i < found.Count; hop++, end = found.Count)
        {
            for (; i < end && found.Count < MostNodes; i++)
            {
                found.AddRange(graph.Neighbours(found[i]).Where(seen.Add).Take(MostNodes - found.Count).ToList());
            }
        }

        return found;
    }

    private sealed class Kept
    {
        private IReadOnlyList<string>? names;

        public Dictionary<(string?, int), GraphPicture> Views { get; } = [];

        public IReadOnlyList<string> Names(TickSnapshot tick) => names ??= [.. tick.Jobs.Select(job => job.Name), .. tick.Missing];
    }
}
