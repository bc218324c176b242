using Dashboard.Core.Stores.Health;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Stores;

/// <summary>What was asked of a store within the last hour, by operation: a sentence that opens. Nothing when nothing was asked.</summary>
public sealed partial class StoreHour
{
    /// <summary>The store, for who does not see where the table stands.</summary>
    [Parameter, EditorRequired]
    public required string Name { get; set; }

    /// <summary>By operation.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<OperationSum> Operations { get; set; }
}
