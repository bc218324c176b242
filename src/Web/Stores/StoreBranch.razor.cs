using Dashboard.Core.Stores.Trees;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Stores;

/// <summary>A store of the tree with what it is made of.</summary>
public sealed partial class StoreBranch
{
    /// <summary>The store.</summary>
    [Parameter, EditorRequired]
    public required StoreNode Node { get; set; }
}
