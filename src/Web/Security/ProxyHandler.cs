using System.Net;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using Dashboard.Core.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Security;

/// <summary>Lets in whom a known proxy names in a header. From any other address the header is nothing at all.</summary>
/// <remarks>Each request is judged anew, so a group taken away at the proxy is taken away here with the next one.</remarks>
internal sealed class ProxyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, KnownProxies proxies, SessionQueries sessions, SessionGuard guard, ProxySessions remembered, AccessRecord record)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    private const int Longest = 200;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // A comma is what two headers become on the way: then it is not certain which of them the proxy wrote.
        if (proxies.UserOf(Context) is not { Length: > 0 and <= Longest } user || user.Any(letter => char.IsControl(letter) || letter == ','))
        {
            return AuthenticateResult.NoResult();
        }

        if (proxies.RoleOf(Context) is not { } role)
        {
            return Success(AccessClaims.Nobody(user));
        }

        var from = Context.Connection.RemoteIpAddress;
        try
        {
            var session = remembered.Find(user) is { } id ? await guard.FindAsync(id, Context.RequestAborted) : null;
            if (session is null || session.Role != role || session.Subject != user)
            {
                var before = session?.Role;
                session = await sessions.EnterAsync(new Newcomer(user, role, ActorVia.Proxy, user, AccessClaims.Text(from), Context.Request.Headers.UserAgent.ToString()), Context.RequestAborted);
                await ToldAsync(session, before);
            }

            remembered.Remember(user, session?.Id);
            return Success(session is null ? AccessClaims.Nobody(user) : AccessClaims.Of(session, Scheme.Name, from));
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            return AuthenticateResult.Fail("The own database is out of reach, so nobody new can be let in.");
        }
    }

    private Task ToldAsync(Session? session, Role? before) => session switch
    {
        { IsNew: true } => record.CameInAsync(session, Context.RequestAborted),
        not null when before is { } was && was != session.Role => record.RoleAsync(session, was, Context.RequestAborted),
        _ => Task.CompletedTask,
    };

    // Who is not let in is led to the login: there may be another way in.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Context.ChallengeAsync(AccessSchemes.Cookie, properties);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Context.ForbidAsync(AccessSchemes.Cookie, properties);

    private AuthenticateResult Success(System.Security.Claims.ClaimsPrincipal user) => AuthenticateResult.Success(new AuthenticationTicket(user, Scheme.Name));
}

/// <summary>Which session somebody behind a proxy has: only so that it need not be looked for by name.</summary>
internal sealed class ProxySessions
{
    private const int Most = 10_000;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Guid> bySubject = new(StringComparer.Ordinal);

    public Guid? Find(string subject) => bySubject.TryGetValue(subject, out var id) ? id : null;

    public void Remember(string subject, Guid? session)
    {
        if (bySubject.Count >= Most)
        {
            bySubject.Clear();
        }

        if (session is { } id)
        {
            bySubject[subject] = id;
        }
        else
        {
            bySubject.TryRemove(subject, out _);
        }
    }
}

/// <summary>Which machines are the proxies, and what they say of a request.</summary>
internal sealed class KnownProxies
{
    private readonly HashSet<IPAddress> addresses;
    private readonly ProxyOptions options;
    private readonly RoleRule rule;
    private readonly byte[]? proof;

    public KnownProxies(IOptions<AccessOptions> access)
    {
        options = access.Value.Proxy;
        rule = options.Rule;
        proof = options.Proof is { Length: > 0 } secret ? Secret.HashOf(secret) : null;
        addresses = [.. access.Value.KnownProxies.Select(proxy => Plain(IPAddress.Parse(proxy)))];
    }

    /// <summary>Who the proxy says it is; null when there is no proxy, or it says nothing.</summary>
    public string? UserOf(HttpContext context) =>
        options.IsOn
        && Peer.Of(context) is { } peer
        && addresses.Contains(Plain(peer))
        && IsProved(context.Request)
        && context.Request.Headers[options.UserHeader!] is [{ Length: > 0 } user]
            ? user
            : null;

    /// <summary>What whom it names may; null for nothing.</summary>
    public Role? RoleOf(HttpContext context) =>
        rule.Of(context.Request.Headers[options.GroupsHeader].SelectMany(line => (line ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private bool IsProved(HttpRequest request) =>
        proof is null || (request.Headers[options.SecretHeader] is [{ } given] && CryptographicOperations.FixedTimeEquals(Secret.HashOf(given), proof));
}

/// <summary>The address at the other end of the connection itself, before any header had a word.</summary>
internal sealed record Peer(IPAddress? Address)
{
    public static IPAddress? Of(HttpContext context) => context.Features.Get<Peer>()?.Address;

    public static void Note(HttpContext context) => context.Features.Set(new Peer(context.Connection.RemoteIpAddress));
}
