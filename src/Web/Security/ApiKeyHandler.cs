using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Dashboard.Web.Security;

/// <summary>Lets a program in by <c>Authorization: Bearer KEY</c> or <c>X-Api-Key: KEY</c>; a WebSocket of the hub also by <c>?access_token=KEY</c>, a ping by its address.</summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, ApiKeyRing keys, KeyFailures failures)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    private const string Bearer = "Bearer ";
    private const int Longest = 200;
    private bool exhausted;

    /// <summary>The key a request carries; null when it carries none.</summary>
    public static string? Presented(HttpRequest request)
    {
        if (request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return authorization[Bearer.Length..].Trim();
        }

        if (request.Headers["X-Api-Key"] is [{ } header])
        {
            return header;
        }

        // Whoever pings has nothing but an address.
        if (request.Path.StartsWithSegments("/ping", StringComparison.OrdinalIgnoreCase, out var rest) && rest.Value is { Length: > 1 } pinged)
        {
            var end = pinged.IndexOf('/', 1);
            return end < 0 ? pinged[1..] : pinged[1..end];
        }

        // A browser's WebSocket cannot send headers.
        return request.Path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase) && request.Query["access_token"] is [{ } token] ? token : null;
    }

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Presented(Request) is not { } presented)
        {
            return AuthenticateResult.NoResult();
        }

        if (presented.Length <= Longest && await keys.FindAsync(presented, Context.RequestAborted) is { } key)
        {
            return AuthenticateResult.Success(new AuthenticationTicket(AccessClaims.Of(key, Context.Connection.RemoteIpAddress), new AuthenticationProperties { ExpiresUtc = key.ExpiresAt }, Scheme.Name));
        }

        exhausted = !failures.Count(Context);
        return AuthenticateResult.Fail("The API key is unknown, expired or revoked.");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (exhausted)
        {
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            Response.Headers.RetryAfter = "60";
            return Task.CompletedTask;
        }

        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        return Task.CompletedTask;
    }
}
