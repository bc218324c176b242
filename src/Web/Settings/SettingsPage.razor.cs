using Dashboard.Core.Access;
using Dashboard.Core.Configuration.Reload;
using Dashboard.Core.Feeds;
using Dashboard.Web.Layout;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.Settings;

/// <summary>Every setting with its value and where that is from, the generation in use, and the button that reads all of it again. For admins.</summary>
public sealed partial class SettingsPage : IDisposable
{
    private const string OutOfReach = "The dashboard's own records are out of reach, so nobody can be asked who may see this. Try again in a moment; SIGHUP works all the same.";
    private readonly CancellationTokenSource closed = new();
    private Feed<ConfigurationSnapshot>? feed;
    private SettingsView view = SettingsView.All;
    private string trouble = "";
    private string? refusal;
    private bool busy;

    [CascadingParameter]
    private Task<AuthenticationState> Login { get; set; } = null!;

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = "only")]
    private string? Only { get; set; }

    [Inject]
    private SettingsDesk Desk { get; set; } = null!;

    [Inject]
    private ConfigurationReload Reload { get; set; } = null!;

    /// <inheritdoc/>
    public void Dispose()
    {
        closed.Cancel();
        closed.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        try
        {
            feed = await MeAsync() is { } me ? await Desk.ViewAsync(me, closed.Token) : null;
            trouble = feed is null ? "Settings are for admins. Ask one, or log in with a link that makes you one: ./run login --role admin" : "";
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            trouble = OutOfReach;
        }
    }

    /// <inheritdoc/>
    protected override void OnParametersSet() => view = SettingsView.Parse(Search, Only);

    private async Task ReloadAsync()
    {
        (busy, refusal) = (true, null);
        try
        {
            // Once begun it is carried through, also when the page is closed meanwhile.
            refusal = await MeAsync() is { } me ? (await Reload.ReloadAsync(me, CancellationToken.None)).Refusal : "You are not logged in.";
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            refusal = OutOfReach;
        }
        finally
        {
            busy = false;
        }
    }

    private async Task<Actor?> MeAsync() => (await Login).User.ToActor();
}
