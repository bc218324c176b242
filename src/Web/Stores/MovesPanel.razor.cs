using Dashboard.Core.Feeds;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.Health;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Stores;

/// <summary>The configured stores, the saves that reached one of them only, and how far moves are: nothing at all when there is nothing of it.</summary>
public sealed partial class MovesPanel
{
    /// <summary>What was asked of stores within the last hour, by the name under which it is counted.</summary>
    [Parameter]
    public IReadOnlyDictionary<string, IReadOnlyList<OperationSum>> Asked { get; set; } = StoresSnapshot.Empty.Asked;

    /// <summary>What waits for stores, by their resource.</summary>
    [Parameter]
    public IReadOnlyDictionary<string, StoreWaiting> Waits { get; set; } = StoresSnapshot.Empty.Waits;

    [Inject]
    private Feed<MovesSnapshot> Feed { get; set; } = null!;
}
