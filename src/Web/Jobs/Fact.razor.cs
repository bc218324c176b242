using Dashboard.Core.Jobs;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>One column of a row; when nobody can read it, the text that stands there.</summary>
public sealed partial class Fact
{
    /// <summary>The column.</summary>
    [Parameter, EditorRequired]
    public required string Name { get; set; }

    /// <summary>The row.</summary>
    [Parameter, EditorRequired]
    public required Job Job { get; set; }

    /// <summary>The value, when it could be read.</summary>
    [Parameter, EditorRequired]
    public required RenderFragment ChildContent { get; set; }
}
