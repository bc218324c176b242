using Dashboard.Core.Backfill;
using Dashboard.Core.Schedules;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Backfill;

/// <summary>What becomes of the chosen slots, slot by slot, and what the scheduler would do.</summary>
public sealed partial class PlanPanel
{
    private static readonly (SlotWish Wish, string Word)[] Wishes =
        [(SlotWish.Missing, "Missing only"), (SlotWish.MissingAndFailed, "Missing and failed"), (SlotWish.All, "All, re-runs successes")];

    /// <summary>The plan.</summary>
    [Parameter, EditorRequired]
    public required BackfillPlan Plan { get; set; }

    /// <summary>The job's schedule.</summary>
    [Parameter, EditorRequired]
    public required Schedule Schedule { get; set; }

    /// <summary>The source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <summary>Another wish.</summary>
    [Parameter]
    public EventCallback<SlotWish> OnWished { get; set; }

    /// <summary>The choice is given back.</summary>
    [Parameter]
    public EventCallback OnCleared { get; set; }
}
