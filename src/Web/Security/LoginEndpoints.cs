using Dashboard.Core.Access;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Dashboard.Web.Security;

/// <summary>Where people come in, <c>/login</c>, and leave, <c>/logout</c>.</summary>
internal static class LoginEndpoints
{
    private const string UsedUp = "That token was used before, is too old or never was one.";
    private const string TooMany = "Too many wrong tokens; wait a minute.";
    private const string OutOfReach = "The dashboard's own database is out of reach, so nobody can be let in. Browsers that are logged in go on working.";
    private const string NotFromHere = "The form was not sent from this page; try again.";

    public static IEndpointRouteBuilder MapLogin(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", ComeAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost("/login", EnterAsync).AllowAnonymous().ExcludeFromDescription().DisableAntiforgery();
        routes.MapGet("/logout", () => new RazorComponentResult<LoginPage>(new { Leaving = true })).ExcludeFromDescription();
        routes.MapPost("/logout", LeaveAsync).ExcludeFromDescription();
        return routes;
    }

    private static async Task<IResult> ComeAsync(
        HttpContext context, LoginTokenQueries tokens, LoginFailures failures, LoginAnnouncement announcement, [FromQuery] string? token, [FromQuery] string? to)
    {
        var target = LocalPath.Of(to);
        if (context.Request.Headers["Sec-Purpose"].ToString().Contains("prefetch", StringComparison.OrdinalIgnoreCase))
        {
            // A link that is only guessed at must not be used up.
            return Results.NoContent();
        }

        if (!string.IsNullOrEmpty(token))
        {
            return await ExchangeAsync(context, tokens, failures, token, target);
        }

        if (context.User.Identity?.IsAuthenticated == true)
        {
            return Results.LocalRedirect(target);
        }

        await announcement.RenewAsync(context.RequestAborted);
        return Page(StatusCodes.Status200OK, target, null);
    }

    // The antiforgery check is made here, so that its failure is a page and not an empty answer.
    private static async Task<IResult> EnterAsync(HttpContext context, IAntiforgery antiforgery, LoginTokenQueries tokens, LoginFailures failures)
    {
        if (!context.Request.HasFormContentType)
        {
            return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var target = LocalPath.Of(form["to"].ToString());
        return await antiforgery.IsRequestValidAsync(context)
            ? await ExchangeAsync(context, tokens, failures, TokenOf(form["token"].ToString()), target)
            : Page(StatusCodes.Status400BadRequest, target, NotFromHere);
    }

    private static async Task<IResult> LeaveAsync(HttpContext context, IAntiforgery antiforgery)
    {
        if (!context.Request.HasFormContentType || !await antiforgery.IsRequestValidAsync(context))
        {
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        }

        await context.SignOutAsync(AccessSchemes.Cookie);
        return Results.LocalRedirect("/login");
    }

    private static async Task<IResult> ExchangeAsync(HttpContext context, LoginTokenQueries tokens, LoginFailures failures, string token, string target)
    {
        if (failures.Exhausted(context))
        {
            context.Response.Headers.RetryAfter = "60";
            return Page(StatusCodes.Status429TooManyRequests, target, TooMany);
        }

        try
        {
            if (!await tokens.RedeemAsync(token, context.RequestAborted))
            {
                failures.Count(context);
                return Page(StatusCodes.Status401Unauthorized, target, UsedUp);
            }
        }
        catch (NpgsqlException)
        {
            return Page(StatusCodes.Status503ServiceUnavailable, target, OutOfReach);
        }

        await context.SignInAsync(AccessSchemes.Cookie, AccessClaims.OfToken(), new AuthenticationProperties { IsPersistent = true });
        return Results.LocalRedirect(target);
    }

    // People paste the whole link as well.
    private static string TokenOf(string pasted)
    {
        var start = pasted.IndexOf("token=", StringComparison.Ordinal);
        return (start < 0 ? pasted : pasted[(start + "token=".Length)..].Split('&')[0]).Trim();
    }

    private static RazorComponentResult<LoginPage> Page(int status, string target, string? trouble) =>
        new(new { ReturnUrl = target, Trouble = trouble }) { StatusCode = status };
}
