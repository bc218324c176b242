using System.Globalization;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Health;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Stores;

/// <summary>One copy from a store to another: how far it is, and what of it waits for somebody. No bar: parts are of very different sizes.</summary>
public sealed partial class CopyRow
{
    /// <summary>The copy.</summary>
    [Parameter, EditorRequired]
    public required CopyProgress Copy { get; set; }

    /// <summary>How fast it moves; null while that is not known.</summary>
    [Parameter]
    public CopySpeed? Speed { get; set; }

    /// <summary>What holds it back: what waits for one of its stores.</summary>
    [Parameter]
    public IReadOnlyList<(string Resource, StoreWaiting Waiting)> Held { get; set; } = [];

    private string Days => Copy.Plan.From == Copy.Plan.To
        ? Copy.Plan.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Copy.Plan.From:yyyy-MM-dd} to {Copy.Plan.To:yyyy-MM-dd}");
}
