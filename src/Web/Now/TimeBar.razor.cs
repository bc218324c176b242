using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Now;

/// <summary>When what happened, and when what comes, in its order.</summary>
public sealed partial class TimeBar
{
    /// <summary>The moments, in their order.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<TimeMark> Marks { get; set; }

    /// <summary>Now, by the database's clock.</summary>
    [Parameter, EditorRequired]
    public required DateTimeOffset Now { get; set; }
}
