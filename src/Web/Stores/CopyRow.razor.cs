using System.Globalization;
using Dashboard.Core.Stores;
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

    /// <summary>What waits for stores, by their resource.</summary>
    [Parameter]
    public IReadOnlyDictionary<string, StoreWaiting> Waits { get; set; } = StoresSnapshot.Empty.Waits;

    private IEnumerable<(string Resource, StoreWaiting Waiting)> Held =>
        from address in (string[])[Copy.Plan.Source, Copy.Plan.Target]
        let resource = StoreAddress.ResourceOf(address)
        where Waits.ContainsKey(resource)
        select (resource, Waits[resource]);

    private string Days => Copy.Plan.From == Copy.Plan.To
        ? Copy.Plan.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Copy.Plan.From:yyyy-MM-dd} to {Copy.Plan.To:yyyy-MM-dd}");
}
