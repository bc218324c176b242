using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Failures;

/// <summary>Whether a group of failures fails now, in a shape and a word.</summary>
public sealed partial class FailingMark
{
    /// <summary>Whether a job fails with it now.</summary>
    [Parameter, EditorRequired]
    public required bool Failing { get; set; }
}
