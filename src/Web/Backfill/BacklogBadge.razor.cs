using Dashboard.Core.Backfill;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Backfill;

/// <summary>What is happening to a backlog, as word and shape.</summary>
public sealed partial class BacklogBadge
{
    /// <summary>What is happening.</summary>
    [Parameter, EditorRequired]
    public required BacklogState State { get; set; }

    /// <summary>Why, for its tooltip.</summary>
    [Parameter]
    public string? Because { get; set; }
}
