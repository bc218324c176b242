namespace Dashboard.Core.Access;

/// <summary>Who does something.</summary>
/// <param name="Name">As people call them: for an audit line, not to be trusted as a key.</param>
/// <param name="Role">What they might when they were let in. What they may now only <see cref="IAuthority"/> knows.</param>
/// <param name="Via">How they came in: one of <see cref="ActorVia"/>.</param>
/// <param name="Address">From where; null at the terminal.</param>
public sealed record Actor(string Name, Role Role, string Via, string? Address)
{
    /// <summary>The session of a person; null for programs and at the terminal.</summary>
    public Guid? Session { get; init; }

    /// <summary>The number of a program's key; null for people.</summary>
    public long? Key { get; init; }

    /// <summary>Whoever runs a verb: they have the settings and with them the databases, so there is nobody to ask.</summary>
    public static Actor AtTerminal(string name) => new(name, Role.Admin, ActorVia.Terminal, null);
}

/// <summary>The ways in.</summary>
public static class ActorVia
{
    /// <summary>A login link, used once.</summary>
    public const string Link = "link";

    /// <summary>An OpenID provider.</summary>
    public const string OpenId = "oidc";

    /// <summary>A proxy that says who it is.</summary>
    public const string Proxy = "proxy";

    /// <summary>An API key.</summary>
    public const string Key = "key";

    /// <summary>A verb of the program itself.</summary>
    public const string Terminal = "terminal";
}
