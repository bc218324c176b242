namespace Dashboard.Web.Components;

/// <summary>Something on a page that draws the newest snapshot of a feed.</summary>
internal interface ILive
{
    /// <summary>Draws the newest snapshot unless it is drawn already.</summary>
    void CatchUp();
}

/// <summary>
/// All that is live on one page. What one change touches is sent to the browser as one batch: whoever draws first takes the others along. Each on its own they
/// would be as many messages, and the row that changed might be in the last of them.
/// </summary>
/// <remarks>Used on the page's own dispatcher only.</remarks>
internal sealed class LivePage
{
    private readonly List<ILive> shown = [];

    /// <summary>It is on the page now.</summary>
    public void Add(ILive live) => shown.Add(live);

    /// <summary>It is not on the page any more.</summary>
    public void Remove(ILive live) => shown.Remove(live);

    /// <summary>To be called while one draws: the others draw in the same batch.</summary>
    public void CatchUp()
    {
        foreach (var live in shown)
        {
            live.CatchUp();
        }
    }
}
