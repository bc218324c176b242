using Dashboard.Core.Access;
using Dashboard.Web.Layout;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.Access;

/// <summary>Who one is here, and the way out.</summary>
public sealed partial class AccountMenu
{
    private Actor? me;

    [CascadingParameter]
    private Task<AuthenticationState>? Login { get; set; }

    [CascadingParameter]
    private ShownSource? Shown { get; set; }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync() => me = Login is null ? null : (await Login).User.ToActor();
}
