using System.Diagnostics;
using System.Text.Json;
using Dashboard.Core.Dependencies.Layout;

namespace Dashboard.Benchmarks.Graph;

/// <summary>What dot made of a graph.</summary>
/// <param name="Ms">How long it took, in milliseconds.</param>
/// <param name="Width">In CSS pixels.</param>
/// <param name="Height">In CSS pixels.</param>
/// <param name="Lines">Its edges, as lines near their curves.</param>
internal sealed record DotDrawing(double Ms, double Width, double Height, IReadOnlyList<DrawnLine> Lines);

/// <summary>Graphviz dot, by its WASM build in Node: the peer of our layout. It is installed beside the bench's results, never into the checkout.</summary>
internal sealed class DotPeer : IAsyncDisposable
{
    private readonly Process node;

    private DotPeer(Process node) => this.node = node;

    /// <summary>Installs and starts it; null, with the reason, when that cannot be.</summary>
    public static async Task<(DotPeer? Peer, string? Why)> StartAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Machine.Root, "artifacts", "graphviz")).FullName;
        foreach (var file in new[] { "package.json", "dot.mjs" })
        {
            File.Copy(Path.Combine(Machine.Root, "tests", "Benchmarks", "Graph", file), Path.Combine(folder, file), overwrite: true);
        }

        try
        {
            if (!Directory.Exists(Path.Combine(folder, "node_modules", "@viz-js")))
            {
                using var install = Start("npm", ["install", "--silent", "--no-fund", "--no-audit"], folder);
                install.StandardInput.Close();
                await install.WaitForExitAsync();
                if (install.ExitCode != 0)
                {
                    return (null, $"npm could not install @viz-js/viz (exit code {install.ExitCode})");
                }
            }

            return (new DotPeer(Start("node", ["dot.mjs"], folder)), null);
        }
        catch (System.ComponentModel.Win32Exception cause)
        {
            return (null, $"Node and npm are needed: {cause.Message}");
        }
    }

    /// <summary>Draws a graph; null when dot gives up or takes longer than this.</summary>
    public async Task<DotDrawing?> DrawAsync(LayoutGraph graph, LayoutMeasures measures, TimeSpan atMost)
    {
        if (node.HasExited)
        {
            return null;
        }

        await node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new
        {
            count = graph.Count,
            edges = graph.Edges.Select(edge => new[] { edge.From, edge.To }),
            width = measures.BoxWidth,
            height = measures.BoxHeight,
            column = measures.ColumnGap,
            row = measures.RowGap,
        }));
        string? line;
        try
        {
            line = await node.StandardOutput.ReadLineAsync().WaitAsync(atMost);
        }
        catch (TimeoutException)
        {
            // It still computes: nothing more is to be had from it.
            node.Kill();
            await node.WaitForExitAsync();
            return null;
        }

        if (line is null)
        {
            return null;
        }

        using var answer = JsonDocument.Parse(line);
        return answer.RootElement.TryGetProperty("error", out _) ? null : new DotDrawing(
            answer.RootElement.GetProperty("ms").GetDouble(),
            answer.RootElement.GetProperty("width").GetDouble(),
            answer.RootElement.GetProperty("height").GetDouble(),
            [.. answer.RootElement.GetProperty("splines").EnumerateArray().Select(LineOf)]);
    }

    public async ValueTask DisposeAsync()
    {
        if (!node.HasExited)
        {
            node.Kill();
            await node.WaitForExitAsync();
        }

        node.Dispose();
    }

    // A B-spline of dot: a point, then three for each piece.
    private static DrawnLine LineOf(JsonElement spline)
    {
        var numbers = spline[2].EnumerateArray().Select(number => number.GetDouble()).ToList();
        var points = Enumerable.Range(0, numbers.Count / 2).Select(i => new LayoutPoint(numbers[2 * i], numbers[(2 * i) + 1])).ToList();
        List<LayoutPoint> line = [points[0]];
        for (var i = 0; i + 3 < points.Count; i += 3)
        {
            line.AddRange(DrawnLine.Curve(points[i], points[i + 1], points[i + 2], points[i + 3]));
        }

        return new DrawnLine(spline[0].GetInt32(), spline[1].GetInt32(), line);
    }

    private static Process Start(string program, string[] arguments, string folder) =>
        Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true })!;
}
