using Dashboard.Core.Stores.Parity;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Stores;

/// <summary>One comparison of two stores: a sentence, what a sample bounds, and month by month each day and kind. A month in which something is missing is open.</summary>
public sealed partial class ParitySection
{
    private KeptParity? drawn;
    private IReadOnlyList<ParityMonth> months = [];

    /// <summary>What was found.</summary>
    [Parameter, EditorRequired]
    public required KeptParity Found { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (!ReferenceEquals(drawn, Found))
        {
            (drawn, months) = (Found, ParityMonth.Of(Found));
        }
    }

    /// <inheritdoc/>
    protected override bool ShouldRender() => true;
}
