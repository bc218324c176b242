namespace Dashboard.Web.Components;

/// <summary>
/// How long a page rests after a redraw. Changes that come singly are drawn the moment they come; in a flood the rest doubles up to
/// <see cref="Longest"/>, so that a page redraws twenty-five times a second and no more: enough for an eye, bearable for a server.
/// </summary>
internal struct RedrawPace
{
    /// <summary>The rest while changes come singly.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(4);

    /// <summary>The rest in a flood.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(40);

    private TimeSpan rest;

    /// <summary>How long to rest after this redraw.</summary>
    /// <param name="waited">True when the snapshot just drawn was already there when the last rest ended.</param>
    public TimeSpan Rest(bool waited)
    {
        var next = waited ? rest * 2 : rest / 2;
        rest = next < Shortest ? Shortest : next > Longest ? Longest : next;
        return rest;
    }
}
