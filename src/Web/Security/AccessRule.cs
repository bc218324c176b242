using System.ComponentModel.DataAnnotations;
using System.Net;
using Dashboard.Core.Access;

namespace Dashboard.Web.Security;

/// <summary>Which settings of section <c>Access</c> must not be: those that would let in somebody who was not meant, or nobody at all.</summary>
internal static class AccessRule
{
    /// <summary>Why not to start with these, with the remedy; null to start.</summary>
    public static string? Refusal(AccessOptions access) => OfValues(access) ?? OfProxies(access) ?? OfProxy(access) ?? OfOpenId(access.Oidc);

    private static string? OfValues(AccessOptions access)
    {
        var wrong = new List<ValidationResult>();
        return Validator.TryValidateObject(access, new ValidationContext(access), wrong, validateAllProperties: true)
            ? null
            : string.Join(' ', wrong.Select(result => $"Access:{string.Join(',', result.MemberNames)}: {result.ErrorMessage}"));
    }

    private static string? OfProxies(AccessOptions access) => access.KnownProxies.FirstOrDefault(proxy => !IPAddress.TryParse(proxy, out _)) is { } bad
        ? $"Access:KnownProxies has '{bad}', which is no address. Name each proxy by its IP address: a name or a network could be anybody's."
        : null;

    private static string? OfProxy(AccessOptions access)
    {
        var proxy = access.Proxy;
        if (!proxy.IsOn)
        {
            return null;
        }

        if (access.KnownProxies.Count == 0)
        {
            return $"Access:Proxy:UserHeader is '{proxy.UserHeader}' and Access:KnownProxies is empty: anybody could say they were anybody. Name the proxy's address.";
        }

        if (access.KnownProxies.Any(address => IPAddress.IsLoopback(IPAddress.Parse(address))) && string.IsNullOrEmpty(Read(proxy.SecretFile, proxy.Secret, out var trouble)))
        {
            return trouble ?? $"The proxy is on this machine, where any program could say it were the proxy. Let it send a secret as {proxy.SecretHeader} and put the same in Access:Proxy:SecretFile.";
        }

        return Read(proxy.SecretFile, proxy.Secret, out trouble) is null && trouble is not null ? trouble : OfRoles("Access:Proxy", proxy.Rule);
    }

    private static string? OfOpenId(OpenIdOptions oidc)
    {
        if (!oidc.IsOn)
        {
            return null;
        }

        if (!Uri.TryCreate(oidc.Authority, UriKind.Absolute, out var authority) || (authority.Scheme != Uri.UriSchemeHttps && !(authority.Scheme == Uri.UriSchemeHttp && authority.IsLoopback)))
        {
            return $"Access:Oidc:Authority is '{oidc.Authority}': an https address was expected, for whoever changes what is on that way says who everybody is.";
        }

        if (string.IsNullOrWhiteSpace(oidc.ClientId))
        {
            return "Access:Oidc:ClientId is missing: it is what the dashboard is called at the provider.";
        }

        return Read(oidc.ClientSecretFile, oidc.ClientSecret, out var trouble) is null && trouble is not null ? trouble : OfRoles("Access:Oidc", oidc.Rule);
    }

    private static string? OfRoles(string section, RoleRule rule)
    {
        if (rule.Admins.Count + rule.Operators.Count + rule.Viewers.Count == 0)
        {
            return $"{section} names nobody: without {section}:Viewers, :Operators or :Admins nobody could come in that way. ({section}:Viewers:0=* is everybody, to read.)";
        }

        return rule.Admins.Concat(rule.Operators).Contains(RoleRule.Everybody, StringComparer.Ordinal)
            ? $"{section} makes everybody more than a viewer with *: only {section}:Viewers may say that."
            : null;
    }

    private static string? Read(string? file, string? value, out string? trouble)
    {
        trouble = null;
        if (file is null)
        {
            return value;
        }

        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            trouble = $"The secret in {file} cannot be read: {cause.Message}";
            return null;
        }
    }
}
