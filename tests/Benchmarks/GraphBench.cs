using System.Diagnostics;
using Dashboard.Benchmarks.Graph;
using Dashboard.Core.Dependencies.Layout;

namespace Dashboard.Benchmarks;

/// <summary>P9: the layout of graphs of jobs beside Graphviz dot on the same graphs, in interleaved rounds; and the most hostile graph we could think of.</summary>
internal static class GraphBench
{
    private static readonly LayoutMeasures Measures = new();
    private static readonly TimeSpan MostPeerTime = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(Report report, bool quick)
    {
        var rounds = report.Rounds = quick ? 3 : 7;
        var (peer, why) = await DotPeer.StartAsync();
        await using var dot = peer;
        if (dot is null)
        {
            report.Note($"No peer: {why}. Our own figures follow without it.");
        }

        foreach (var (count, edges) in new[] { (300, 374), (1000, 1343), (5000, 6700) })
        {
            await CompareAsync(report, dot, count, Layered(count, edges, seed: 42), count >= 5000 ? Math.Min(rounds, quick ? 1 : 3) : rounds);
        }

        Hostile(report);
    }

    private static async Task CompareAsync(Report report, DotPeer? dot, int count, LayoutGraph graph, int rounds)
    {
        // Both are warm: the first rounds of each are not counted. The largest graph comes last, when nothing is left to warm.
        var warming = count >= 5000 ? 0 : 5;
        var (ours, theirs) = (new List<double>(), new List<double>());
        var layout = GraphLayout.Empty;
        DotDrawing? drawing = null;
        for (var round = 0; round < warming + rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            layout = LayeredLayout.Of(graph, Measures);
            ours.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            drawing = dot is null ? null : await dot.DrawAsync(graph, Measures, MostPeerTime);
            if (drawing is not null)
            {
                theirs.Add(drawing.Ms);
            }
            else if (dot is not null)
            {
                report.Note($"dot did not draw {count} nodes within {MostPeerTime.TotalSeconds:0} s, and is left out");
                dot = null;
            }
        }

        double? their = drawing is null ? null : new Sample(theirs.Count > warming ? theirs.Skip(warming) : theirs).At(0.5);
        report.Add(new Figure("P9", $"layout-{count}-time", new Sample(ours.Count > warming ? ours.Skip(warming) : ours).At(0.5), "ms", Limit: their, AtMostRatio: their is null ? null : 0.2));
        report.Add(new Figure(
            "P9", $"layout-{count}-crossings", DrawnLine.Crossings(DrawnLine.Of(layout)), "crossings", Limit: drawing is null ? null : DrawnLine.Crossings(drawing.Lines), AtMostRatio: drawing is null ? null : 1.5));
        report.Add(new Figure("P9", $"layout-{count}-area", layout.Width * layout.Height / 1e6, "Mpx", Limit: drawing is null ? null : drawing.Width * drawing.Height / 1e6));
        report.Note($"{count} nodes, {graph.Edges.Count} edges, medians of {rounds} rounds after {warming} to warm both: {layout.Width:0} by {layout.Height:0} here{(drawing is null ? "" : $", {drawing.Width:0} by {drawing.Height:0} there")}");
    }

    // Ten thousand jobs in circles within circles: a chain with long lines both ways.
    private static void Hostile(Report report)
    {
        const int count = 10_000;
        var random = new Random(7);
        List<(int, int)> edges = [.. Enumerable.Range(0, count).Select(node => (node, (node + 1) % count))];
        edges.AddRange(Enumerable.Range(0, 2 * count).Select(_ => (random.Next(count), random.Next(count))));
        var graph = new LayoutGraph(count, edges);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var began = Stopwatch.GetTimestamp();
        var layout = LayeredLayout.Of(graph, Measures);
        report.Add(new Figure("P9", "layout-hostile-10000-time", Stopwatch.GetElapsedTime(began).TotalMilliseconds, "ms", AtMost: 10_000));
        report.Add(new Figure("P9", "layout-hostile-10000-allocated", (GC.GetTotalAllocatedBytes(precise: true) - before) / 1048576.0, "MiB", AtMost: 512));
        report.Note($"hostile: {count} nodes in one circle, {edges.Count} edges, {layout.Routes.Count(route => route.RunsBack)} of them run back");
    }

    // Every node but those of the first layer has a parent in the layer before; one in eight edges is long.
    private static LayoutGraph Layered(int count, int edges, int seed)
    {
        var random = new Random(seed);
        var depth = (int)Math.Round(Math.Sqrt(count) * 0.9);
        var layer = Enumerable.Range(0, count).Select(node => (int)((long)node * depth / count)).ToArray();
        var nodes = Enumerable.Range(0, depth).Select(each => Enumerable.Range(0, count).Where(node => layer[node] == each).ToArray()).ToArray();
        var set = new HashSet<(int, int)>();
        List<(int, int)> list = [];
        while (list.Count < edges)
        {
            var child = random.Next(count);
            if (layer[child] == 0)
            {
                continue;
            }

            var from = random.NextDouble() < 0.12 ? random.Next(layer[child]) : layer[child] - 1;
            var parent = nodes[from][random.Next(nodes[from].Length)];
            if (set.Add((parent, child)))
            {
                list.Add((parent, child));
            }
        }

        return new LayoutGraph(count, list);
    }
}
