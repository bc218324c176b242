namespace Dashboard.Web.Components;

/// <summary>
/// How long a page rests after a redraw. Changes that come singly are drawn the moment they come; in a flood the rest doubles up to
/// <see cref="Longest"/>, so that a page redraws twenty-five times a second and no more: enough for an eye, bearable for a server.
/// </summary>
internal struct RedrawPace
{
    /// <summary>The rest while changes come singly.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);

    /// <summary>The rest in a flood.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(40);

    private TimeSpan rest;

    /// <summary>The rest that remains once the <see cref="Shortest"/> is over.</summary>
    /// <param name="arrived">Whether a snapshot arrived within the shortest rest: the sign of a flood. Later ones are not, or forty changes a second would look like one.</param>
    public TimeSpan Remaining(bool arrived)
    {
        var next = arrived ? rest * 2 : rest / 2;
        rest = next < Shortest ? Shortest : next > Longest ? Longest : next;
        return arrived ? rest - Shortest : TimeSpan.Zero;
    }
}
