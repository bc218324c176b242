using Dashboard.Core.Backfill;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Backfill;

/// <summary>The slots that no run brings back by itself, what that means and what could be done.</summary>
public sealed partial class LostSlotsList
{
    private const int Most = 12;

    /// <summary>Those that lost some.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<Backlog> Backlogs { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
