using Dashboard.Core.Backfill;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Backfill;

/// <summary>What became of a slot, as a shape: a success low, a failure tall and notched, a run under way striped, what is owed hollow.</summary>
public sealed partial class SlotMark
{
    /// <summary>What became of it.</summary>
    [Parameter, EditorRequired]
    public required SlotState State { get; set; }
}
