using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace Dashboard.Web.Layout;

/// <summary>What stands around every page: where one is, what the verdict is, how fresh it is, and what to do when it is not.</summary>
public sealed partial class MainLayout : IDisposable
{
    private ErrorBoundary? boundary;
    private ShownSource? shown;

    [SupplyParameterFromQuery(Name = "source")]
    private string? SourceName { get; set; }

    [Inject]
    private ShownSources Sources { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private IReadOnlyList<ShownSource> All => [.. Sources.All];

    private Links Links => shown?.Links ?? new Links(null);

    // With a base element a bare #main would lead to the Now page.
    private string Here => Navigation.ToBaseRelativePath(Navigation.Uri).Split('#')[0];

    /// <inheritdoc/>
    public void Dispose() => Navigation.LocationChanged -= OnLocationChanged;

    /// <inheritdoc/>
    protected override void OnInitialized() => Navigation.LocationChanged += OnLocationChanged;

    /// <inheritdoc/>
    protected override void OnParametersSet() => shown = Sources.Find(SourceName);

    private void OnLocationChanged(object? sender, LocationChangedEventArgs change)
    {
        // A page that broke is left behind with its fault.
        boundary?.Recover();
    }

    private void Recover() => boundary?.Recover();
}
