using System.Globalization;
using Dashboard.Core.Actions;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.Dependencies;

/// <summary>
/// The graph as a drawing. Places come from the picture alone, so whatever the jobs do nothing moves; colours and words come from their states. Zoom,
/// scroll and what lights up belong to the browser and are never redrawn.
/// </summary>
public sealed partial class GraphDrawing : IAsyncDisposable
{
    private readonly ElementScript script = new("./js/graph.js");
    private ElementReference frame;
    private GraphPicture? drawn;
    private Dictionary<string, JobStanding> standings = [];
    private string[] neighbours = [];
    private int[] waits = [];
    private string inTheWay = "";
    private int first;

    /// <summary>Where everything is.</summary>
    [Parameter, EditorRequired]
    public required GraphPicture Picture { get; set; }

    /// <summary>What the next tick does.</summary>
    [Parameter, EditorRequired]
    public required TickSnapshot Tick { get; set; }

    /// <summary>Where the jobs stand.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>What people say of them now; null where the past is shown, of which that is not kept.</summary>
    [Parameter]
    public MarksSnapshot? Marks { get; set; }

    /// <summary>What is looked for.</summary>
    [Parameter, EditorRequired]
    public required GraphView View { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    [Inject]
    private IJSRuntime Browser { get; set; } = null!;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => script.DisposeAsync();

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        standings = Standings.Jobs.ToDictionary(standing => standing.Job.Name, StringComparer.Ordinal);
        if (!ReferenceEquals(drawn, Picture))
        {
            drawn = Picture;
            neighbours = NeighboursOf(Picture);
            waits = [.. Picture.Names.Select(name => Tick.Graph.Below(name).Count)];
        }

        first = View.Focus is { } focus && Picture.Find(focus) is { } place ? place : Picture.Columns.Count > 0 ? Picture.Columns[0] : 0;
        inTheWay = string.Concat(Picture.Edges.Select(edge => Tick.Find(Picture.Names[edge.To]) is { IsHeld: true, Parent: { } parent } && parent.Parent == Picture.Names[edge.From] ? '1' : '0'));
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await script.WatchAsync(Browser, frame);
        }
    }

    // Parents, then children, by number: what the browser needs to go along the lines.
    private static string[] NeighboursOf(GraphPicture picture)
    {
        var (parents, children) = (new List<int>[picture.Names.Count], new List<int>[picture.Names.Count]);
        foreach (var (from, to) in picture.Edges.Where(edge => edge.From != edge.To))
        {
            (parents[to] ??= []).Add(from);
            (children[from] ??= []).Add(to);
        }

        return [.. picture.Names.Select((_, node) => $"{string.Join(' ', parents[node] ?? [])}|{string.Join(' ', children[node] ?? [])}")];
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
