using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Components;

/// <summary>Which forms of an instant are written out; the tooltip always has both.</summary>
public enum MomentStyle
{
    /// <summary><c>2014-09-05 09:00:30Z 4 min ago</c>.</summary>
    Both,

    /// <summary><c>5 Sep 09:00Z 4 min ago</c>.</summary>
    Dense,

    /// <summary><c>4 min ago</c>.</summary>
    Relative,

    /// <summary><c>2014-09-05 09:00:30Z</c>.</summary>
    Absolute,
}

/// <summary>An instant, in UTC and seen from the database's clock. The browser keeps the relative part ticking by itself.</summary>
public sealed partial class Moment
{
    /// <summary>The instant; null shows <see cref="Missing"/>.</summary>
    [Parameter, EditorRequired]
    public required DateTimeOffset? At { get; set; }

    /// <summary>Which forms to write.</summary>
    [Parameter]
    public MomentStyle Style { get; set; }

    /// <summary>What stands there when there is no instant.</summary>
    [Parameter]
    public string Missing { get; set; } = "–";

    [CascadingParameter]
    private ShownSource? Shown { get; set; }
}
