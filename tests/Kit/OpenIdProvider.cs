using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Dashboard.Kit;

/// <summary>Somebody the provider knows.</summary>
/// <param name="Subject">Who they are to it.</param>
/// <param name="Name">As they are called.</param>
/// <param name="Groups">What they belong to; told at the userinfo endpoint, as many providers do.</param>
public sealed record KnownPerson(string Subject, string Name, params string[] Groups);

/// <summary>A real OpenID provider, OpenIddict, on a loopback port: whoever comes is the person a test says.</summary>
public sealed class OpenIdProvider : IAsyncDisposable
{
    /// <summary>What the dashboard is called there.</summary>
    public const string Client = "crontabber-dashboard";

    /// <summary>Its secret there.</summary>
    public const string ClientSecret = "canary-oidc-9f2c41d7";

    private readonly WebApplication application;

    private OpenIdProvider(WebApplication application) => this.application = application;

    /// <summary>Where it is.</summary>
    public string Authority => application.Urls.Single();

    /// <summary>Who comes next.</summary>
    public KnownPerson Person { get; set; } = new("1", "alice", "sre");

    /// <summary>What was asked of the token endpoint, without secrets: the grant and whether a verifier was sent.</summary>
    public ConcurrentQueue<(string? Grant, bool Verifier)> Exchanges { get; } = [];

    /// <summary>Starts one.</summary>
    public static async Task<OpenIdProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        OpenIdProvider? provider = null;
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token").SetUserInfoEndpointUris("userinfo");
            server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
            server.RegisterScopes("profile", "groups");
            server.AddEphemeralEncryptionKey().AddEphemeralSigningKey();
            server.EnableDegradedMode();
            server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().DisableTransportSecurityRequirement();
            server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                if (context.ClientId != Client || context.RedirectUri?.EndsWith("/login/oidc/callback", StringComparison.Ordinal) != true)
                {
                    context.Reject(OpenIddictConstants.Errors.InvalidClient, "This client is not known.");
                }

                return default;
            }));
            server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                provider!.Exchanges.Enqueue((context.Request.GrantType, !string.IsNullOrEmpty(context.Request.CodeVerifier)));
                if (context.ClientId != Client || context.ClientSecret != ClientSecret)
                {
                    context.Reject(OpenIddictConstants.Errors.InvalidClient, "This client is not known.");
                }

                return default;
            }));
            server.AddEventHandler<HandleUserInfoRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                context.Claims["preferred_username"] = provider!.Person.Name;
                context.Claims["groups"] = new OpenIddictParameter(System.Text.Json.JsonSerializer.SerializeToElement(provider.Person.Groups));
                return default;
            }));
        });
        var application = builder.Build();
        application.UseAuthentication();
        application.MapGet("/authorize", context => provider!.EnterAsync(context));
        provider = new OpenIdProvider(application);
        await application.StartAsync();

        // Its first answer is compiled for seconds, on a busy machine for longer than the dashboard waits for a provider.
        using var patient = new HttpClient { Timeout = TimeSpan.FromMinutes(3) };
        await patient.GetStringAsync(new Uri($"{provider.Authority}/.well-known/openid-configuration"));
        await patient.GetStringAsync(new Uri($"{provider.Authority}/.well-known/jwks"));
        return provider;
    }

    /// <summary>What the provider calls the login of whoever comes next.</summary>
    public string? Login { get; set; }

    /// <summary>A token that says somebody logged out, signed with the provider's key.</summary>
    /// <param name="claims">Its claims, beside the issuer, the audience and the times.</param>
    /// <param name="audience">For whom.</param>
    /// <param name="age">How long ago it was made.</param>
    public string LogoutToken(IDictionary<string, object> claims, string audience = Client, TimeSpan age = default)
    {
        var options = application.Services.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<OpenIddictServerOptions>>().CurrentValue;
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new Microsoft.IdentityModel.JsonWebTokens.JsonWebTokenHandler().CreateToken(new Microsoft.IdentityModel.Tokens.SecurityTokenDescriptor
        {
            Issuer = $"{Authority}/",
            Audience = audience,
            IssuedAt = now - age,
            NotBefore = now - age,
            Expires = now.AddMinutes(2),
            TokenType = "logout+jwt",
            Claims = claims,
            SigningCredentials = options.SigningCredentials.First(credentials => credentials.Key is Microsoft.IdentityModel.Tokens.AsymmetricSecurityKey),
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private Task EnterAsync(HttpContext context)
    {
        var request = context.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("That was no request of OpenID.");
        var identity = new ClaimsIdentity("provider", OpenIddictConstants.Claims.Name, OpenIddictConstants.Claims.Role);
        identity.AddClaim(new Claim(OpenIddictConstants.Claims.Subject, Person.Subject));
        if (Login is { } login)
        {
            identity.AddClaim(new Claim("sid", login));
        }

        identity.SetScopes(request.GetScopes());
        identity.SetDestinations(_ => [OpenIddictConstants.Destinations.IdentityToken, OpenIddictConstants.Destinations.AccessToken]);
        return context.SignInAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, new ClaimsPrincipal(identity));
    }
}
