using Dashboard.Core.Access;
using Dashboard.Core.Configuration.Reload;
using Dashboard.Core.Feeds;

namespace Dashboard.Web.Settings;

/// <summary>Shows the settings to those who may see them, whoever asks: a page or a program.</summary>
public sealed class SettingsDesk(IAuthority authority, Feed<ConfigurationSnapshot> snapshots)
{
    /// <summary>The settings as they are, for one who may see them now; null for others.</summary>
    public async Task<Feed<ConfigurationSnapshot>?> ViewAsync(Actor actor, CancellationToken cancellationToken) =>
        await authority.AskAsync(actor, Deeds.SeeSettings, cancellationToken) is { Granted: true } ? snapshots : null;
}
