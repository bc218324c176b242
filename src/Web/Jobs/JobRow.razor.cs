using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Dashboard.Web.Jobs;

/// <summary>One job in the list. Redrawn only when its standing is a new object, or it is chosen, or it moved.</summary>
public sealed partial class JobRow
{
    private (JobStanding?, bool, int, ShownSource?, bool, Backlog?, RowMarks) drawn;
    private bool changed;

    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required JobStanding Standing { get; set; }

    /// <summary>Its place in the list, from 0.</summary>
    [Parameter, EditorRequired]
    public required int Index { get; set; }

    /// <summary>Whether it is chosen.</summary>
    [Parameter]
    public bool Selected { get; set; }

    /// <summary>Whether a tick ends at it, where the rows are in run order.</summary>
    [Parameter]
    public bool IsEnd { get; set; }

    /// <summary>What it owes; null when it does not backfill.</summary>
    [Parameter]
    public Backlog? Backlog { get; set; }

    /// <summary>What people have said of it, and what it is part of.</summary>
    [Parameter]
    public RowMarks Said { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <summary>It was chosen or given back.</summary>
    [Parameter]
    public EventCallback<RowChoice> OnSelect { get; set; }

    private Job Job => Standing.Job;

    private string Kind => (Selected, IsEnd) switch
    {
        (true, true) => "row picked tick-ends",
        (true, false) => "row picked",
        (false, true) => "row tick-ends",
        _ => "row",
    };

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        var next = (Standing, Selected, Index, Shown, IsEnd, Backlog, Said);
        changed = !ReferenceEquals(drawn.Item1, next.Standing) || drawn.Item2 != next.Selected || drawn.Item3 != next.Index || !ReferenceEquals(drawn.Item4, next.Shown) || drawn.Item5 != IsEnd
            || !ReferenceEquals(drawn.Item6, next.Backlog) || drawn.Item7 != next.Said;
        drawn = next;
    }

    /// <inheritdoc/>
    protected override bool ShouldRender() => changed;

    private string? Raw(string column) => Job.Unreadable.GetValueOrDefault(column);

    private Task Choose(MouseEventArgs click) => OnSelect.InvokeAsync(new RowChoice(Job.Name, click.ShiftKey));
}
