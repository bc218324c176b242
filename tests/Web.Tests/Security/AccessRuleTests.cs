using Dashboard.Web.Security;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Web.Tests.Security;

public sealed class AccessRuleTests
{
    private const string Oidc = "Oidc:Authority=https://id.example.org Oidc:ClientId=c Oidc:Viewers:0=*";

    [Theory]
    [InlineData("")]
    [InlineData(Oidc)]
    [InlineData("Oidc:Authority=http://127.0.0.1:8080 Oidc:ClientId=c Oidc:Admins:0=platform")]
    [InlineData("Proxy:UserHeader=X-User KnownProxies:0=192.0.2.1 Proxy:Operators:0=sre")]
    [InlineData("Proxy:UserHeader=X-User KnownProxies:0=127.0.0.1 Proxy:Secret=s Proxy:Operators:0=sre")]
    [InlineData("KnownProxies:0=127.0.0.1")]
    public void What_is_safe_starts(string settings) => Assert.Null(Refusal(settings));

    [Theory]
    [InlineData("KnownProxies:0=proxy.example.org", "no address")]
    [InlineData("KnownProxies:0=10.0.0.0/8", "no address")]
    [InlineData("Proxy:UserHeader=X-User Proxy:Viewers:0=*", "anybody could say they were anybody")]
    [InlineData("Proxy:UserHeader=X-User KnownProxies:0=127.0.0.1 Proxy:Viewers:0=*", "Access:Proxy:SecretFile")]
    [InlineData("Proxy:UserHeader=X-User KnownProxies:0=192.0.2.1 KnownProxies:1=::1 Proxy:Viewers:0=*", "Access:Proxy:SecretFile")]
    [InlineData("Proxy:UserHeader=X-User KnownProxies:0=192.0.2.1 Proxy:SecretFile=/no/such/file Proxy:Viewers:0=*", "/no/such/file cannot be read")]
    [InlineData("Proxy:UserHeader=X-User KnownProxies:0=192.0.2.1", "names nobody")]
    [InlineData("Proxy:UserHeader=X-User KnownProxies:0=192.0.2.1 Proxy:Admins:0=*", "more than a viewer")]
    [InlineData("Oidc:Authority=http://id.example.org Oidc:ClientId=c Oidc:Viewers:0=*", "an https address was expected")]
    [InlineData("Oidc:Authority=id.example.org Oidc:ClientId=c Oidc:Viewers:0=*", "an https address was expected")]
    [InlineData("Oidc:Authority=https://id.example.org Oidc:Viewers:0=*", "ClientId is missing")]
    [InlineData("Oidc:Authority=https://id.example.org Oidc:ClientId=c", "names nobody")]
    [InlineData(Oidc + " Oidc:Operators:0=*", "more than a viewer")]
    [InlineData(Oidc + " Oidc:ClientSecretFile=/no/such/file", "/no/such/file cannot be read")]
    [InlineData("ConnectionsEach=0", "ConnectionsEach")]
    public void What_would_let_in_somebody_not_meant_does_not_start_and_says_the_remedy(string settings, string says) =>
        Assert.Contains(says, Refusal(settings) ?? "(it starts)", StringComparison.Ordinal);

    private static string? Refusal(string settings) => StartRule.Refusal(new ConfigurationBuilder().AddInMemoryCollection(
        settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => new KeyValuePair<string, string?>("Access:" + pair.Split('=')[0], pair.Split('=')[1]))).Build());
}
