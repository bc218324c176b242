using Dashboard.Core.Verdicts.Engine;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Verdicts;

/// <summary>A verdict in a word; a page alone is filled.</summary>
public sealed partial class VerdictMark
{
    /// <summary>What is said.</summary>
    [Parameter, EditorRequired]
    public required VerdictState State { get; set; }
}
