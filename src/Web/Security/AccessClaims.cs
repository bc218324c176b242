using System.Security.Claims;
using Dashboard.Core.Access;

namespace Dashboard.Web.Security;

/// <summary>Who somebody is, once let in.</summary>
internal static class AccessClaims
{
    /// <summary>The number of the API key; absent for people.</summary>
    public const string Key = "dashboard:key";

    /// <summary>A person who had a login token.</summary>
    public static ClaimsPrincipal OfToken() =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "operator"), new Claim(ClaimTypes.Role, "operator")], AccessSchemes.Cookie));

    /// <summary>A program that has a key.</summary>
    public static ClaimsPrincipal Of(ApiKey key) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, key.Name), new Claim(ClaimTypes.Role, key.Role), new Claim(Key, $"{key.Id}")], AccessSchemes.Key));
}

/// <summary>The ways to come in.</summary>
internal static class AccessSchemes
{
    /// <summary>Chooses one of the others by what the request carries.</summary>
    public const string Any = "access";

    /// <summary>People.</summary>
    public const string Cookie = "login";

    /// <summary>Programs.</summary>
    public const string Key = "key";
}
