using System.Globalization;
using Dashboard.Core.Actions;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Dependencies.Layout;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Dependencies;

/// <summary>One job in the graph: a box with its shape, name and word. Redrawn only when its standing, its tick or its hold is a new one.</summary>
public sealed partial class GraphNode
{
    private (JobStanding?, JobTick?, LayoutBox, bool, bool, bool, bool, ShownSource?, JobHold?) drawn;
    private bool changed;

    /// <summary>The job, or a name that is nothing at all.</summary>
    [Parameter, EditorRequired]
    public required string Name { get; set; }

    /// <summary>Its number in the picture.</summary>
    [Parameter, EditorRequired]
    public required int Node { get; set; }

    /// <summary>Where it is.</summary>
    [Parameter, EditorRequired]
    public required LayoutBox Box { get; set; }

    /// <summary>The numbers of its parents and children.</summary>
    [Parameter, EditorRequired]
    public required string Neighbours { get; set; }

    /// <summary>Where it stands; null when it has no row.</summary>
    [Parameter]
    public JobStanding? Standing { get; set; }

    /// <summary>What the next tick does with it; null when it is neither configured nor has a row.</summary>
    [Parameter]
    public JobTick? Tick { get; set; }

    /// <summary>Whether the Tab key comes here first.</summary>
    [Parameter]
    public bool First { get; set; }

    /// <summary>Whether the picture is about it.</summary>
    [Parameter]
    public bool InFocus { get; set; }

    /// <summary>Whether it is what is looked for.</summary>
    [Parameter]
    public bool Sought { get; set; }

    /// <summary>Whether the tick ends at it.</summary>
    [Parameter]
    public bool IsEnd { get; set; }

    /// <summary>How many jobs hang on it, directly or by way of others.</summary>
    [Parameter]
    public int Waits { get; set; }

    /// <summary>Who keeps it from running; null when nobody does.</summary>
    [Parameter]
    public JobHold? Hold { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    private bool IsNothing => Standing is null;

    private string Kind => string.Create(
        CultureInfo.InvariantCulture,
        $"node node-{Standing?.State.Slug() ?? (Tick is null ? "missing" : "never-run")}{(Sought ? " sought" : "")}{(InFocus ? " in-focus" : "")}{(IsEnd ? " end" : "")}{(Hold is null ? "" : " on-hold")}");

    // The box has room for one of the two; what is said in full stands in the label and in the list.
    private string Word => (Standing is { State: JobState.Waiting } && Hold is { } hold ? $"On hold until {Times.Short(hold.Until, Shown.Now())}" : Standing is not null ? $"{Standing.State.Word()}{(Hold is null ? "" : " · on hold")}" : Tick is null ? "Not configured, no row" : $"No row yet · {Tick.Word()}") + (IsEnd ? " · tick ends here" : "");

    private string Label =>
        $"{Name}: {Word}{(Tick is null ? "; whoever waits for it waits for ever" : $". {Tick.Because}")}{(Waits == 0 ? "" : Waits == 1 ? " 1 job hangs on it." : $" {Waits} jobs hang on it.")}{(Hold is { } held ? $" On hold until {Times.Short(held.Until, Shown.Now())}, by {held.By}: {held.Reason}" : "")}";

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        var next = (Standing, Tick, Box, First, InFocus, Sought, IsEnd, Shown, Hold);
        changed = !ReferenceEquals(drawn.Item1, next.Standing) || !ReferenceEquals(drawn.Item2, next.Tick) || drawn.Item3 != next.Box
            || (drawn.Item4, drawn.Item5, drawn.Item6, drawn.Item7) != (First, InFocus, Sought, IsEnd) || !ReferenceEquals(drawn.Item8, Shown) || drawn.Item9 != Hold;
        drawn = next;
    }

    /// <inheritdoc/>
    protected override bool ShouldRender() => changed;

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private string X(double inside) => Number(Box.X + inside);

    private string Y(double inside) => Number(Box.Y + inside);
}
