using Dashboard.Core.Verdicts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Layout;

/// <summary>How many jobs stand how; none is not mentioned.</summary>
public sealed partial class VerdictCounts
{
    /// <summary>The jobs.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>Where the counts lead.</summary>
    [Parameter, EditorRequired]
    public required Links Links { get; set; }
}
