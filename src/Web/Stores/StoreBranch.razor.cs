using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Trees;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Stores;

/// <summary>A store of the tree with what it is made of.</summary>
public sealed partial class StoreBranch
{
    /// <summary>The store.</summary>
    [Parameter, EditorRequired]
    public required StoreNode Node { get; set; }

    /// <summary>What was asked of stores within the last hour, by the name under which it is counted.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyDictionary<string, IReadOnlyList<OperationSum>> Asked { get; set; }

    /// <summary>What waits for stores, by their resource.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyDictionary<string, StoreWaiting> Waits { get; set; }
}
