using Dashboard.Core.Feeds;
using Dashboard.Core.Stores.CutOver;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Stores;

/// <summary>The configured stores, the saves that reached one of them only, and how far moves are: nothing at all when there is nothing of it.</summary>
public sealed partial class MovesPanel
{
    [Inject]
    private Feed<MovesSnapshot> Feed { get; set; } = null!;
}
