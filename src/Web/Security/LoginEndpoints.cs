using System.Globalization;
using Dashboard.Core.Access;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Security;

/// <summary>Where people come in, <c>/login</c>, and leave, <c>/logout</c>.</summary>
internal static class LoginEndpoints
{
    private const string ArrivalPath = "/login/done";

    public static IEndpointRouteBuilder MapLogin(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", ComeAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost("/login", EnterAsync).AllowAnonymous().ExcludeFromDescription().DisableAntiforgery();
        routes.MapGet("/login/oidc", AskProviderAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapBackChannelLogout();
        routes.MapGet(ArrivalPath, ([FromQuery] string? to) => new RazorComponentResult<ArrivedPage>(new { Target = LocalPath.Of(to) })).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/logout", () => new RazorComponentResult<LoginPage>(new { Leaving = true })).RequireAuthorization(AccessPolicies.Viewer).ExcludeFromDescription();
        routes.MapPost("/logout", LeaveAsync).RequireAuthorization(AccessPolicies.Viewer).ExcludeFromDescription();
        return routes;
    }

    /// <summary>Where somebody lands who comes from another site: a page of ours, from which they go on with their new cookie.</summary>
    public static string Arrival(string target) => $"{ArrivalPath}?to={Uri.EscapeDataString(target)}";

    /// <summary>How long a browser keeps the cookie of a session.</summary>
    public static AuthenticationProperties Properties(Session session) => new() { IsPersistent = true, IssuedUtc = session.StartedAt, ExpiresUtc = session.EndsAt };

    private static async Task<IResult> ComeAsync(
        HttpContext context, LoginTokenQueries tokens, SessionQueries sessions, LoginFailures failures, ILoggerFactory logs, LoginAnnouncement announcement, [FromQuery] string? token, [FromQuery] string? to, [FromQuery] string? trouble, [FromQuery] string? again)
    {
        var target = LocalPath.Of(to);
        if (context.Request.Headers["Sec-Purpose"].ToString().Contains("prefetch", StringComparison.OrdinalIgnoreCase))
        {
            // A link that is only guessed at must not be used up.
            return Results.NoContent();
        }

        if (!string.IsNullOrEmpty(token))
        {
            return IsOwnWish(context)
                ? await ExchangeAsync(context, tokens, sessions, failures, logs, token, target)
                : IsFromElsewhere(context, again)
                    ? new RazorComponentResult<ArrivedPage>(new { Title = "Log in?", Target = Again(token, target) })
                    : await OfferAsync(context, tokens, failures, token, target);
        }

        if (context.User.Identity?.IsAuthenticated == true)
        {
            return Results.LocalRedirect(target);
        }

        await announcement.RenewAsync(context.RequestAborted);
        return Page(context, LoginTrouble.Words(trouble) is null ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden, target, LoginTrouble.Words(trouble));
    }

    private static async Task<IResult> AskProviderAsync(HttpContext context, IOptions<AccessOptions> options, [FromQuery] string? to)
    {
        if (!options.Value.Oidc.IsOn)
        {
            return Results.NotFound();
        }

        try
        {
            await context.ChallengeAsync(AccessSchemes.OpenId, new AuthenticationProperties { RedirectUri = LocalPath.Of(to) });
            return Results.Empty;
        }
        catch (Exception cause) when (cause is InvalidOperationException or IOException or HttpRequestException)
        {
            // Its description could not be fetched.
            return Page(context, StatusCodes.Status502BadGateway, LocalPath.Of(to), LoginTrouble.Words(LoginTrouble.Provider));
        }
    }

    // The antiforgery check is made here, so that its failure is a page and not an empty answer.
    private static async Task<IResult> EnterAsync(HttpContext context, IAntiforgery antiforgery, LoginTokenQueries tokens, SessionQueries sessions, LoginFailures failures, ILoggerFactory logs)
    {
        if (!context.Request.HasFormContentType)
        {
            return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var target = LocalPath.Of(form["to"].ToString());
        return await antiforgery.IsRequestValidAsync(context)
            ? await ExchangeAsync(context, tokens, sessions, failures, logs, TokenOf(form["token"].ToString()), target)
            : Page(context, StatusCodes.Status400BadRequest, target, LoginTrouble.NotFromHere);
    }

    private static async Task<IResult> LeaveAsync(HttpContext context, IAntiforgery antiforgery, SessionQueries sessions, AccessNews news)
    {
        if (!context.Request.HasFormContentType || !await antiforgery.IsRequestValidAsync(context))
        {
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        }

        // The session ends for every tab and on every node, not only the cookie of this browser.
        if (context.User.SessionId() is { } id)
        {
            try
            {
                await EndAsync(context, sessions, id);
                news.Tell();
            }
            catch (Exception cause) when (RecordsAway.Is(cause))
            {
                return Page(context, StatusCodes.Status503ServiceUnavailable, "/", LoginTrouble.NotLeft, leaving: true);
            }
        }

        await context.SignOutAsync(AccessSchemes.Cookie);
        return Results.LocalRedirect("/login");
    }

    private static async Task EndAsync(HttpContext context, SessionQueries sessions, Guid id)
    {
        var everywhere = (await context.Request.ReadFormAsync(context.RequestAborted))["everywhere"].Count > 0;
        if (everywhere && await sessions.FindAsync(id, context.RequestAborted) is { } session)
        {
            await sessions.EndAllAsync(session, session.Name, context.RequestAborted);
        }
        else
        {
            await sessions.EndAsync(id, context.User.Identity?.Name ?? "", context.RequestAborted);
        }
    }

    private static async Task<IResult> ExchangeAsync(HttpContext context, LoginTokenQueries tokens, SessionQueries sessions, LoginFailures failures, ILoggerFactory logs, string token, string target)
    {
        using var turn = await failures.TurnAsync(context);
        if (!turn.IsAcquired)
        {
            return Wait(context, target, TimeSpan.FromSeconds(1), LoginTrouble.Crowded);
        }

        Session? session;
        try
        {
            if (await tokens.RedeemAsync(token, context.RequestAborted) is not { } holder)
            {
                return Wrong(context, failures, target);
            }

            session = await sessions.BeginAsync(
                new Newcomer(holder.Name, holder.Role, ActorVia.Link, null, AccessClaims.Text(context.Connection.RemoteIpAddress), context.Request.Headers.UserAgent.ToString()), SessionQueries.Life, context.RequestAborted);
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            return Page(context, StatusCodes.Status503ServiceUnavailable, target, LoginTrouble.OutOfReach);
        }

        if (session is null)
        {
            return Page(context, StatusCodes.Status403Forbidden, target, LoginTrouble.Words(LoginTrouble.Barred));
        }

        OpenIdLogin.LogEntered(logs.CreateLogger(typeof(LoginEndpoints).FullName!), session.Name, session.Role.Name(), session.Via, session.Address);
        await context.RequestServices.GetRequiredService<AccessRecord>().CameInAsync(session, context.RequestAborted);
        await context.SignInAsync(AccessSchemes.Cookie, AccessClaims.Ticket(session), Properties(session));
        return Results.LocalRedirect(target);
    }

    // Whoever follows a link of another page did not ask to be somebody else, nor does who is somebody already: both are asked. Of no browser that says nothing is it known.
    private static bool IsOwnWish(HttpContext context) =>
        context.Request.Headers["Sec-Fetch-Site"] is ["none"] && context.User.Identity?.IsAuthenticated != true;

    // A browser that came from another site has kept its strict cookies to itself: it comes once more, from a page of ours, so that who is logged in is known.
    private static bool IsFromElsewhere(HttpContext context, string? again) => again is null && context.Request.Headers["Sec-Fetch-Site"] is (["cross-site"] or ["same-site"]);

    private static string Again(string token, string target) => $"/login?token={Uri.EscapeDataString(token)}&to={Uri.EscapeDataString(target)}&again=yes";

    private static async Task<IResult> OfferAsync(HttpContext context, LoginTokenQueries tokens, LoginFailures failures, string token, string target)
    {
        using var turn = await failures.TurnAsync(context);
        if (!turn.IsAcquired)
        {
            return Wait(context, target, TimeSpan.FromSeconds(1), LoginTrouble.Crowded);
        }

        try
        {
            if (await tokens.HolderAsync(token, context.RequestAborted) is { } holder)
            {
                return new RazorComponentResult<OfferPage>(new { Token = token, ReturnUrl = target, Holder = holder, Name = context.User.Identity?.Name });
            }
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            return Page(context, StatusCodes.Status503ServiceUnavailable, target, LoginTrouble.OutOfReach);
        }

        return Wrong(context, failures, target);
    }

    // Wrong ones are limited, never right ones: nobody behind the same address can keep somebody out who has a link.
    private static RazorComponentResult<LoginPage> Wrong(HttpContext context, LoginFailures failures, string target) => failures.Count(context)
        ? Page(context, StatusCodes.Status401Unauthorized, target, LoginTrouble.UsedUp)
        : Wait(context, target, AddressFailures.Window, LoginTrouble.TooMany);

    private static RazorComponentResult<LoginPage> Wait(HttpContext context, string target, TimeSpan wait, string trouble)
    {
        context.Response.Headers.RetryAfter = wait.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return Page(context, StatusCodes.Status429TooManyRequests, target, trouble);
    }

    // People paste the whole link as well.
    private static string TokenOf(string pasted)
    {
        var start = pasted.IndexOf("token=", StringComparison.Ordinal);
        return (start < 0 ? pasted : pasted[(start + "token=".Length)..].Split('&')[0]).Trim();
    }

    private static RazorComponentResult<LoginPage> Page(HttpContext context, int status, string target, string? trouble, bool leaving = false)
    {
        var oidc = context.RequestServices.GetRequiredService<IOptions<AccessOptions>>().Value.Oidc;
        return new(new { ReturnUrl = target, Trouble = trouble, Leaving = leaving, Provider = oidc.IsOn ? oidc.Title : null }) { StatusCode = status };
    }
}
