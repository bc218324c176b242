using System.Globalization;
using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>Does anything wait for a resource, and when is its next attempt? It needs no answer from the observed database.</summary>
public sealed partial class RetriesPage
{
    private const int MostRows = 100;
    private const int MostEnded = 20;

    private RetriesView view = RetriesView.Default;

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "window")]
    private string? Window { get; set; }

    [SupplyParameterFromQuery(Name = "resource")]
    private string? Resource { get; set; }

    [SupplyParameterFromQuery(Name = "sources")]
    private string? Of { get; set; }

    [Inject]
    private Feed<RetriesSnapshot> Feed { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnParametersSet() => view = RetriesView.Parse(Window, Resource, Of);

    private string NothingTold(RetriesSnapshot retries) =>
        retries.Resources.Count == 0 ? "No executor has told anything yet." : $"No executor has told anything of {Shown.Source.Name} in the last 24 h.";

    private static string Counted(long count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many)}");
}
