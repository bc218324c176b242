using Dashboard.Core.Jobs;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Components;

/// <summary>An error in one line: its class and the beginning of its message.</summary>
public sealed partial class ErrorLine
{
    private const int Longest = 120;

    /// <summary>The error.</summary>
    [Parameter, EditorRequired]
    public required JobError Error { get; set; }
}
