using System.ComponentModel.DataAnnotations;

namespace Dashboard.Web.Security;

/// <summary>Who may come in and from where: section <c>Access</c>.</summary>
public sealed record AccessOptions
{
    /// <summary>
    /// The consent to listen elsewhere than on loopback. Whoever then has a login token or a key comes in from anywhere, so every such address must be https.
    /// </summary>
    public bool AllowRemote { get; init; }

    /// <summary>Whether a login link is printed at the start, for the person at the terminal. <c>./run login</c> makes one at any time.</summary>
    public bool PrintLogin { get; init; } = true;

    /// <summary>How many circuits and hub connections one session or key may have open at once: as many tabs.</summary>
    [Range(1, 10_000)]
    public int ConnectionsEach { get; init; } = 20;

    /// <summary>Logging in through an OpenID provider; off without an authority.</summary>
    public OpenIdOptions Oidc { get; init; } = new();

    /// <summary>Being let in by a proxy that says who it is; off without a header.</summary>
    public ProxyOptions Proxy { get; init; } = new();

    /// <summary>Origins of browsers besides our own, exactly: <c>https://dashboard.example.org</c>.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Addresses of proxies whose X-Forwarded-For and -Proto are believed; nobody else's are.</summary>
    public IReadOnlyList<string> KnownProxies { get; init; } = [];

    /// <summary>Reads the section.</summary>
    public static AccessOptions Read(IConfiguration configuration) => configuration.GetSection("Access").Get<AccessOptions>() ?? new AccessOptions();
}
