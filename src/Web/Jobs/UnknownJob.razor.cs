using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>Instead of a job's page, when there is no such row; answered with 404.</summary>
public sealed partial class UnknownJob
{
    private IReadOnlyList<string> similar = [];

    /// <summary>The name asked for.</summary>
    [Parameter, EditorRequired]
    public required string Name { get; set; }

    /// <summary>The jobs there are.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <summary>The page is this one.</summary>
    [Parameter]
    public EventCallback OnMissing { get; set; }

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => OnMissing.InvokeAsync();

    /// <inheritdoc/>
    protected override void OnParametersSet() => similar = SimilarNames.To(Name, Standings.Jobs.Select(standing => standing.Job.Name));
}
