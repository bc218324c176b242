using Dashboard.Core.Access;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Security;

/// <summary>
/// Asks whoever came by a link from elsewhere whether to log in with it. Somebody else may have put it there, to have what the visitor does recorded under another name; the
/// token stays good until the question is answered.
/// </summary>
public sealed partial class OfferPage
{
    /// <summary>The token of the link.</summary>
    [Parameter, EditorRequired]
    public required string Token { get; set; }

    /// <summary>Where to go afterwards.</summary>
    [Parameter, EditorRequired]
    public required string ReturnUrl { get; set; }

    /// <summary>Whom it lets in.</summary>
    [Parameter, EditorRequired]
    public required TokenHolder Holder { get; set; }

    /// <summary>As whom the browser is logged in now; null when it is not.</summary>
    [Parameter]
    public string? Name { get; set; }
}
