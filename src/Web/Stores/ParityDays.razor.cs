using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Stores;

/// <summary>Days of a comparison by kind.</summary>
public sealed partial class ParityDays
{
    /// <summary>Which days, for who does not see where the table stands.</summary>
    [Parameter, EditorRequired]
    public required string Name { get; set; }

    /// <summary>They, in order.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<ParityDay> Days { get; set; }
}
