using Dashboard.Core.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Dashboard.Web.Security;

/// <summary>Logging in through an OpenID provider: the code flow with PKCE. What the provider says is read once, at the login, and becomes a session of ours.</summary>
internal static partial class OpenIdLogin
{
    /// <summary>Where the provider sends people back to; it has to know this address.</summary>
    public const string Callback = "/login/oidc/callback";

    public static AuthenticationBuilder AddOpenId(this AuthenticationBuilder authentication, OpenIdOptions settings) => !settings.IsOn ? authentication : authentication.AddOpenIdConnect(AccessSchemes.OpenId, options =>
    {
        options.Authority = settings.Authority;
        options.ClientId = settings.ClientId;
        options.ClientSecret = settings.Secret;
        options.RequireHttpsMetadata = !StartRule.IsLoopback(settings.Authority!);
        options.CallbackPath = Callback;

        // The answer comes as an address and not as a form of another site, so our cookies need not go across sites.
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.SaveTokens = false;
        options.MapInboundClaims = false;
        options.GetClaimsFromUserInfoEndpoint = true;
        options.UseTokenLifetime = false;
        options.BackchannelTimeout = TimeSpan.FromSeconds(30);
        options.RemoteAuthenticationTimeout = TimeSpan.FromMinutes(10);
        options.SignInScheme = AccessSchemes.Cookie;
        foreach (var scope in settings.Scopes)
        {
            options.Scope.Add(scope);
        }

        options.ClaimActions.MapJsonKey(settings.RoleClaim, settings.RoleClaim);
        options.ClaimActions.MapJsonKey(settings.NameClaim, settings.NameClaim);
        foreach (var cookie in (CookieBuilder[])[options.CorrelationCookie, options.NonceCookie])
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.HttpOnly = true;
        }

        options.Events.OnTicketReceived = context => EnterAsync(context, settings);
        options.Events.OnRemoteFailure = context => SendBack(context, context.Failure);
        options.Events.OnAccessDenied = context => SendBack(context, null);
    });

    private static async Task EnterAsync(TicketReceivedContext context, OpenIdOptions settings)
    {
        var (http, said) = (context.HttpContext, context.Principal!);
        var subject = said.FindFirst("sub")?.Value;
        var name = new[] { settings.NameClaim, "name", "email", "sub" }.Select(claim => said.FindFirst(claim)?.Value).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));
        if (subject is null || name is null || settings.Rule.Of(said.FindAll(settings.RoleClaim).Select(claim => claim.Value)) is not { } role)
        {
            Leave(context, LoginTrouble.NoRole);
            return;
        }

        try
        {
            var from = http.Connection.RemoteIpAddress;
            var person = new Newcomer(Shortened(name), role, ActorVia.OpenId, $"{settings.Authority} {subject}", AccessClaims.Text(from), http.Request.Headers.UserAgent.ToString()) { ProviderSession = said.FindFirst("sid")?.Value };
            if (await http.RequestServices.GetRequiredService<SessionQueries>().BeginAsync(person, SessionQueries.Life, http.RequestAborted) is not { } session)
            {
                Leave(context, LoginTrouble.Barred);
                return;
            }

            LogEntered(Log(http), session.Name, session.Role.Name(), session.Via, session.Address);
            await http.RequestServices.GetRequiredService<AccessRecord>().CameInAsync(session, http.RequestAborted);
            context.Principal = AccessClaims.Ticket(session);
            context.Properties = LoginEndpoints.Properties(session);
            context.ReturnUri = LoginEndpoints.Arrival(LocalPath.Of(context.ReturnUri));
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            Leave(context, LoginTrouble.Records);
        }
    }

    // What the provider or somebody else wrote is never shown: the login says it in words of its own.
    private static Task SendBack(HandleRequestContext<RemoteAuthenticationOptions> context, Exception? cause)
    {
        LogRefused(Log(context.HttpContext), cause?.GetType().Name ?? "the provider refused");
        Leave(context, LoginTrouble.Provider);
        return Task.CompletedTask;
    }

    private static void Leave(HandleRequestContext<RemoteAuthenticationOptions> context, string trouble)
    {
        context.Response.Redirect($"/login?trouble={trouble}");
        context.HandleResponse();
    }

    private static string Shortened(string name) => new([.. name.Where(letter => !char.IsControl(letter)).Take(200)]);

    private static ILogger Log(HttpContext context) => context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OpenIdLogin).FullName!);

    [LoggerMessage(1505, LogLevel.Information, "{Name} came in as {Role} ({Via}) from {Address}.")]
    internal static partial void LogEntered(ILogger log, string name, string role, string via, string address);

    [LoggerMessage(1506, LogLevel.Warning, "A login through the OpenID provider failed ({Cause}).")]
    private static partial void LogRefused(ILogger log, string cause);
}
