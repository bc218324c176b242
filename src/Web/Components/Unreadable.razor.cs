using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Components;

/// <summary>In place of a value nobody can read; the text that stands in the cell is its tooltip.</summary>
public sealed partial class Unreadable
{
    private const int Longest = 300;

    /// <summary>What stands in the cell.</summary>
    [Parameter, EditorRequired]
    public required string Text { get; set; }

    private string Cut => Text.Length <= Longest ? Text : $"{Text[..Longest]}…";
}
