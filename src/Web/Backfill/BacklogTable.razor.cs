using Dashboard.Core.Backfill;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Backfill;

/// <summary>Backlogs, a row each.</summary>
public sealed partial class BacklogTable
{
    /// <summary>In their order.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<Backlog> Backlogs { get; set; }

    /// <summary>The jobs they are of.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
