using Dashboard.Core.Stores.CutOver;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Stores;

/// <summary>The checklist before an old store is left, each line with its evidence; and when it was left, how quiet it is.</summary>
public sealed partial class MoveChecklist
{
    /// <summary>The move.</summary>
    [Parameter, EditorRequired]
    public required Move Move { get; set; }
}
