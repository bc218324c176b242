using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions;

/// <summary>A button that makes a plan and leads to it. Nothing is changed by it, and it works without a live connection.</summary>
public sealed partial class PlanButton
{
    /// <summary>What is planned.</summary>
    [Parameter, EditorRequired]
    public required ActionKind Kind { get; set; }

    /// <summary>With which job.</summary>
    [Parameter, EditorRequired]
    public required string Job { get; set; }

    /// <summary>Of which source.</summary>
    [Parameter, EditorRequired]
    public required string Source { get; set; }

    /// <summary>The end of a hold; null to ask.</summary>
    [Parameter]
    public DateTimeOffset? Until { get; set; }

    /// <summary>The slots of a backfill.</summary>
    [Parameter]
    public BackfillChoice? Choice { get; set; }

    /// <summary>How the button looks.</summary>
    [Parameter]
    public string? Class { get; set; }

    /// <summary>What stands on it.</summary>
    [Parameter, EditorRequired]
    public required RenderFragment ChildContent { get; set; }

    // A slot may have microseconds, and a choice ends with one.
    private static string Exactly(DateTimeOffset moment) => moment.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
}
