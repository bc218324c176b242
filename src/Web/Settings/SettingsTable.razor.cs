using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Settings;

/// <summary>The settings of one section: what each says, and where that is from.</summary>
public sealed partial class SettingsTable
{
    /// <summary>The section.</summary>
    [Parameter, EditorRequired]
    public required SettingsGroup Group { get; set; }
}
