using System.Globalization;
using System.Text.Json;
using Dashboard.Core.Access;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Dashboard.Web.Security;

/// <summary>
/// Where the provider says that somebody logged out, or was thrown out, there: OpenID Connect Back-Channel Logout 1.0. Whom it means is out at their next click, and
/// without one as soon as open connections are looked at.
/// </summary>
internal static partial class BackChannelLogout
{
    /// <summary>The address the provider has to know, its <c>backchannel_logout_uri</c>.</summary>
    public const string Address = "/login/oidc/logout";

    private const string Event = "http://schemas.openid.net/event/backchannel-logout";

    // Clocks may differ by this much; what began later is not meant, so a token that is sent once more ends nothing new.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>Maps it, where a provider is configured.</summary>
    public static IEndpointRouteBuilder MapBackChannelLogout(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetRequiredService<IOptions<AccessOptions>>().Value.Oidc.IsOn)
        {
            // Nobody is logged in here: the token's signature says who sent it.
            routes.MapPost(Address, EndAsync).AllowAnonymous().ExcludeFromDescription().DisableAntiforgery().RequireRateLimiting(Limits.ApiPolicy);
        }

        return routes;
    }

    private static async Task<IResult> EndAsync(
        HttpContext context, IOptionsMonitor<OpenIdConnectOptions> options, IOptions<AccessOptions> access, SessionQueries sessions, AccessNews news, AccessRecord record, ILoggerFactory logs)
    {
        context.Response.Headers.CacheControl = "no-store";
        var log = logs.CreateLogger(typeof(BackChannelLogout).FullName!);
        try
        {
            var text = context.Request.HasFormContentType ? (await context.Request.ReadFormAsync(context.RequestAborted))["logout_token"].ToString() : "";
            if (await ReadAsync(text, options.Get(AccessSchemes.OpenId), context.RequestAborted) is not { } token)
            {
                LogRefused(log, AccessClaims.Text(context.Connection.RemoteIpAddress));
                return Results.Json(new { error = "invalid_request" }, statusCode: StatusCodes.Status400BadRequest);
            }

            var said = new ProviderLogout($"{access.Value.Oidc.Authority} ", Claim(token, "sub"), Claim(token, "sid"), token.IssuedAt + Skew);
            var ended = await sessions.EndAsync(said, "the provider", context.RequestAborted);
            if (ended.Count > 0)
            {
                news.Tell();
                LogEnded(log, ended.Count, ended[0]);
                var who = new Actor("the provider", Role.Viewer, ActorVia.OpenId, AccessClaims.Text(context.Connection.RemoteIpAddress));
                await record.ChangedAsync(who, "end-session", string.Create(CultureInfo.InvariantCulture, $"{ended[0]} logged out at the provider ({ended.Count})."), context.RequestAborted);
            }

            // Whom it does not know is out already, which is what was asked for.
            return Results.Ok();
        }
        catch (Exception cause) when (RecordsAway.Is(cause) || cause is InvalidOperationException or HttpRequestException)
        {
            // The provider sends it again.
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<JsonWebToken?> ReadAsync(string text, OpenIdConnectOptions options, CancellationToken cancellationToken)
    {
        if (text.Length == 0 || options.ConfigurationManager is not { } manager)
        {
            return null;
        }

        var result = await ValidatedAsync(text, options, await manager.GetConfigurationAsync(cancellationToken));
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            // Its keys may be new.
            manager.RequestRefresh();
            result = await ValidatedAsync(text, options, await manager.GetConfigurationAsync(cancellationToken));
        }

        return result is { IsValid: true, SecurityToken: JsonWebToken token } && IsLogout(token) ? token : null;
    }

    private static Task<TokenValidationResult> ValidatedAsync(string text, OpenIdConnectOptions options, OpenIdConnectConfiguration provider) => new JsonWebTokenHandler().ValidateTokenAsync(text, new TokenValidationParameters
    {
        ValidIssuer = provider.Issuer,
        ValidAudience = options.ClientId,
        IssuerSigningKeys = provider.SigningKeys,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ClockSkew = Skew,
    });

    // An identity token is signed by the same keys: what tells them apart is the event, and the nonce that a logout never has.
    private static bool IsLogout(JsonWebToken token) =>
        token.TryGetPayloadValue<JsonElement>("events", out var events) && events.ValueKind == JsonValueKind.Object && events.TryGetProperty(Event, out var about) && about.ValueKind == JsonValueKind.Object
        && Claim(token, "nonce") is null && token.IssuedAt > DateTime.UnixEpoch && (Claim(token, "sub") ?? Claim(token, "sid")) is not null;

    private static string? Claim(JsonWebToken token, string name) => token.TryGetPayloadValue<string>(name, out var value) && value.Length > 0 ? value : null;

    [LoggerMessage(1520, LogLevel.Warning, "{Address} sent a logout token that is none of the provider's.")]
    private static partial void LogRefused(ILogger log, string address);

    [LoggerMessage(1521, LogLevel.Information, "The provider ended {Count} sessions of {Name}.")]
    private static partial void LogEnded(ILogger log, int count, string name);
}
