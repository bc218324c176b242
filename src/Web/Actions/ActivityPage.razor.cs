using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Audit;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;
using Npgsql;

namespace Dashboard.Web.Actions;

/// <summary>The audit, readable by everybody who may read anything: newest first, a page at a time, read on request.</summary>
public sealed partial class ActivityPage
{
    private const int PageSize = 50;
    private static readonly IReadOnlyList<ActionKind> Kinds = [.. ActionWords.Askable, ActionKind.Undo];

    private ActivityView view = ActivityView.Default;
    private IReadOnlyList<AuditLine> lines = [];
    private string? trouble;

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "job")]
    private string? Job { get; set; }

    [SupplyParameterFromQuery(Name = "who")]
    private string? Who { get; set; }

    [SupplyParameterFromQuery(Name = "kind")]
    private string? Kind { get; set; }

    [SupplyParameterFromQuery(Name = "event")]
    private string? Event { get; set; }

    [SupplyParameterFromQuery(Name = "before")]
    private string? Before { get; set; }

    [Inject]
    private AuditQueries Audit { get; set; } = null!;

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        view = ActivityView.Parse(Job, Who, Kind, Event, Before);
        try
        {
            lines = await Audit.PageAsync(view.Filter(Shown.Source.Name, PageSize), CancellationToken.None);
            trouble = null;
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException)
        {
            (lines, trouble) = ([], "The dashboard's own records are out of reach, so what was done cannot be shown now.");
        }
    }
}
