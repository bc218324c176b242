using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Security;

/// <summary>Where people come in and leave: a plain document without a circuit, because there is nobody yet to give one to.</summary>
public sealed partial class LoginPage
{
    /// <summary>Where to go afterwards.</summary>
    [Parameter]
    public string ReturnUrl { get; set; } = "/";

    /// <summary>Why the last try failed; null when there was none.</summary>
    [Parameter]
    public string? Trouble { get; set; }

    /// <summary>True to ask whether to log out.</summary>
    [Parameter]
    public bool Leaving { get; set; }

    /// <summary>What the OpenID provider is called; null when there is none.</summary>
    [Parameter]
    public string? Provider { get; set; }

    private string Title => Leaving ? "Log out" : "Log in";
}
