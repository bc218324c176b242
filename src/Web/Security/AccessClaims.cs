using System.Net;
using System.Security.Claims;
using Dashboard.Core.Access;

namespace Dashboard.Web.Security;

/// <summary>Who somebody is, once let in: written here and read here only.</summary>
internal static class AccessClaims
{
    /// <summary>The number of the API key; absent for people.</summary>
    public const string Key = "dashboard:key";

    /// <summary>The session; absent for programs. It is all that a cookie holds.</summary>
    public const string Session = "dashboard:session";

    private const string Via = "dashboard:via";
    private const string Address = "dashboard:address";

    /// <summary>A person whose session lasts, for one request.</summary>
    public static ClaimsPrincipal Of(Session session, string scheme, IPAddress? from) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.Name, session.Name),
            new Claim(ClaimTypes.Role, session.Role.Name()),
            new Claim(Session, session.Id.ToString("N")),
            new Claim(Via, session.Via),
            new Claim(Address, Text(from)),
        ],
        scheme));

    /// <summary>What the cookie keeps of a session: nothing that could grow old.</summary>
    public static ClaimsPrincipal Ticket(Session session) => new(new ClaimsIdentity([new Claim(Session, session.Id.ToString("N"))], AccessSchemes.Cookie));

    /// <summary>A program that has a key.</summary>
    public static ClaimsPrincipal Of(ApiKey key, IPAddress? from) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.Name, key.Name),
            new Claim(ClaimTypes.Role, key.Role),
            new Claim(Key, $"{key.Id}"),
            new Claim(Via, ActorVia.Key),
            new Claim(Address, Text(from)),
        ],
        AccessSchemes.Key));

    /// <summary>Somebody a proxy vouches for who may nothing here.</summary>
    public static ClaimsPrincipal Nobody(string name) => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], AccessSchemes.Proxy));

    /// <summary>Who that is, to ask <see cref="IAuthority"/> for; null when it is nobody, or a program that only tells events.</summary>
    public static Actor? ToActor(this ClaimsPrincipal? user)
    {
        if (user?.Identity is not { IsAuthenticated: true, Name: { } name } || Roles.Find(user.FindFirstValue(ClaimTypes.Role)) is not { } role || user.FindFirstValue(Via) is not { } via)
        {
            return null;
        }

        return new Actor(name, role, via, user.FindFirstValue(Address)) { Session = user.SessionId(), Key = user.KeyId() };
    }

    /// <summary>The number of the session; null for programs.</summary>
    public static Guid? SessionId(this ClaimsPrincipal? user) => Guid.TryParseExact(user?.FindFirstValue(Session), "N", out var id) ? id : null;

    /// <summary>The number of the key; null for people.</summary>
    public static long? KeyId(this ClaimsPrincipal? user) => long.TryParse(user?.FindFirstValue(Key), out var id) ? id : null;

    /// <summary>An address as it is kept: an IPv4 address is one, however it came.</summary>
    public static string Text(IPAddress? from) => from is null ? "" : (from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from).ToString();
}

/// <summary>The ways to come in.</summary>
internal static class AccessSchemes
{
    /// <summary>Chooses one of the others by what the request carries.</summary>
    public const string Any = "access";

    /// <summary>People, by the cookie of their session.</summary>
    public const string Cookie = "login";

    /// <summary>Programs.</summary>
    public const string Key = "key";

    /// <summary>People for whom a proxy vouches with each request.</summary>
    public const string Proxy = "proxy";

    /// <summary>People for whom an OpenID provider vouches once, at the login.</summary>
    public const string OpenId = "oidc";
}
