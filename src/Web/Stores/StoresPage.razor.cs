using Dashboard.Core.Feeds;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.Health;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Stores;

/// <summary>Do the crash stores keep crashes and give them back, and how far is what is copied between them? It needs no answer from the observed database.</summary>
public sealed partial class StoresPage
{
    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    [Inject]
    private Feed<StoresSnapshot> Feed { get; set; } = null!;

    [Inject]
    private Feed<MovesSnapshot> Moves { get; set; } = null!;
}
