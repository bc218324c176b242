using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Now;

/// <summary>The counts of what needs a look, as a sentence whose numbers are links.</summary>
public sealed partial class NowSentence
{
    private List<(JobState State, int Count)> counts = [];

    /// <summary>The jobs.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>Where the counts lead.</summary>
    [Parameter, EditorRequired]
    public required Links Links { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet() =>
        counts = [.. StateWords.NeedALook.Select(state => (state, Standings.Count(state))).Where(counted => counted.Item2 > 0)];
}
