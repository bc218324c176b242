using System.Globalization;
using Dashboard.Core.Configuration.Reload;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Settings;

/// <summary>What came of one reload, and why.</summary>
public sealed partial class ReloadLine
{
    /// <summary>The reload.</summary>
    [Parameter, EditorRequired]
    public required ReloadReport Report { get; set; }

    /// <summary>Whether each option that changed is listed.</summary>
    [Parameter]
    public bool WithChanges { get; set; }

    private string Said => Report.Outcome switch
    {
        ReloadOutcome.Unchanged => Report.Words,
        ReloadOutcome.Rejected => $"Generation {Report.Generation} stays in use.",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Report.Words} Prepared in {Report.Prepared.TotalMilliseconds:0} ms, exchanged in {Report.Swapped?.TotalMilliseconds:0.###} ms{Old}{Later}"),
    };

    private string Old => Report.Drained switch
    {
        null => "; the old generation is waited for.",
        false => "; some still work with the old generation, which ends when they do.",
        true => ".",
    };

    private string Later => Report.Changes.Count(change => !change.TakesEffectAlive) switch
    {
        0 => "",
        1 => " One of them counts from the next start on.",
        var count => string.Create(CultureInfo.InvariantCulture, $" {count} of them count from the next start on."),
    };
}
