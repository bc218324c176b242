using Dashboard.Core.Access;
using Dashboard.Core.Configuration.Options;

namespace Dashboard.Web.Security;

/// <summary>Logging in through an OpenID provider: section <c>Access:Oidc</c>.</summary>
public sealed record OpenIdOptions
{
    /// <summary>The provider's address, where its <c>/.well-known/openid-configuration</c> is; without it there is none.</summary>
    public string? Authority { get; init; }

    /// <summary>What the dashboard is called there.</summary>
    public string? ClientId { get; init; }

    /// <summary>Its secret there.</summary>
    [SecretOption]
    public string? ClientSecret { get; init; }

    /// <summary>A file that holds the secret instead: it then stands in no environment.</summary>
    public string? ClientSecretFile { get; init; }

    /// <summary>What people know the provider as: the button says "Log in with" it.</summary>
    public string Title { get; init; } = "your organisation";

    /// <summary>Scopes to ask for besides <c>openid</c> and <c>profile</c>.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>The claim that is a person's name.</summary>
    public string NameClaim { get; init; } = "preferred_username";

    /// <summary>The claim by which roles are given: groups usually; <c>email</c> names people one by one.</summary>
    public string RoleClaim { get; init; } = "groups";

    /// <summary>What in it makes an admin.</summary>
    public IReadOnlyList<string> Admins { get; init; } = [];

    /// <summary>What in it makes an operator.</summary>
    public IReadOnlyList<string> Operators { get; init; } = [];

    /// <summary>What in it makes a viewer; <c>*</c> is everybody the provider lets in.</summary>
    public IReadOnlyList<string> Viewers { get; init; } = [];

    internal bool IsOn => !string.IsNullOrWhiteSpace(Authority);

    internal RoleRule Rule => new(Admins, Operators, Viewers);

    internal string? Secret => ClientSecretFile is null ? ClientSecret : File.ReadAllText(ClientSecretFile).Trim();
}

/// <summary>Being let in by a proxy that says who it is: section <c>Access:Proxy</c>.</summary>
public sealed record ProxyOptions
{
    /// <summary>The header in which the proxy says who it is; without it no header grants anything.</summary>
    public string? UserHeader { get; init; }

    /// <summary>The header with their groups, separated by commas.</summary>
    public string GroupsHeader { get; init; } = "X-Remote-Groups";

    /// <summary>The header in which the proxy proves that it is the proxy.</summary>
    public string SecretHeader { get; init; } = "X-Proxy-Secret";

    /// <summary>What it proves it with. Needed when the proxy is on this machine, where any program could say it were the proxy.</summary>
    [SecretOption]
    public string? Secret { get; init; }

    /// <summary>A file that holds the secret instead.</summary>
    public string? SecretFile { get; init; }

    /// <summary>The groups of admins.</summary>
    public IReadOnlyList<string> Admins { get; init; } = [];

    /// <summary>The groups of operators.</summary>
    public IReadOnlyList<string> Operators { get; init; } = [];

    /// <summary>The groups of viewers; <c>*</c> is everybody the proxy lets through.</summary>
    public IReadOnlyList<string> Viewers { get; init; } = [];

    internal bool IsOn => !string.IsNullOrWhiteSpace(UserHeader);

    internal RoleRule Rule => new(Admins, Operators, Viewers);

    internal string? Proof => SecretFile is null ? Secret : File.ReadAllText(SecretFile).Trim();
}
