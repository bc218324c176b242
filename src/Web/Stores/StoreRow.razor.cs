using Dashboard.Core.Stores.Health;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Stores;

/// <summary>One crash store: whether it works, what its newest probe took or met, and how the ones before went.</summary>
public sealed partial class StoreRow
{
    /// <summary>The store.</summary>
    [Parameter, EditorRequired]
    public required StoreHealth Store { get; set; }
}
