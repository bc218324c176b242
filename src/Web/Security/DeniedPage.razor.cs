using System.Security.Claims;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Security;

/// <summary>Tells somebody who they are and whom to ask.</summary>
public sealed partial class DeniedPage
{
    /// <summary>Who asked.</summary>
    [Parameter, EditorRequired]
    public required ClaimsPrincipal Who { get; set; }

    private string? Role => Who.FindFirst(ClaimTypes.Role)?.Value;

    private string Remedy => Role switch
    {
        null => "Nothing gives you a role here, or you were shut out: ask an admin of the dashboard.",
        KeyRoles.Ingest => "This key tells events and reads nothing.",
        _ => "That takes a higher role: ask an admin of the dashboard.",
    };
}
