using Dashboard.Core.Configuration.Reload;
using Dashboard.Web.Api;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dashboard.Web.Settings;

/// <summary>The settings for other programs, and the reload: for keys of admins.</summary>
internal static class SettingsApi
{
    public static RouteGroupBuilder MapSettings(this RouteGroupBuilder api)
    {
        api.MapGroup("").RequireAuthorization(AccessPolicies.Admin).MapRead("/settings", SettingsAsync)
            .WithName("settings")
            .WithSummary("Every setting, and where it is from")
            .WithDescription("Secrets are masked. reloads tells what came of the reloads since the start.")
            .Produces<SettingsWire>()
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.Map("/settings/reload", (HttpResponse response) =>
        {
            response.Headers.Allow = "POST";
            return ApiProblem.OfStatus(StatusCodes.Status405MethodNotAllowed);
        }).RequireAuthorization(AccessPolicies.Admin).ExcludeFromDescription();
        api.MapPost("/settings/reload", ReloadAsync)
            .RequireAuthorization(AccessPolicies.Admin)
            .AddEndpointFilter(KeyOnly.InvokeAsync)
            .WithName("reload-settings")
            .WithSummary("Have the configuration read again")
            .WithDescription("accepted or unchanged (200), or rejected (409), and then reasons says why and everything goes on as before. The same as SIGHUP.")
            .Produces<ReloadWire>()
            .Produces<ReloadWire>(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return api;
    }

    private static async Task<IResult> SettingsAsync(HttpContext context, SettingsDesk desk)
    {
        try
        {
            return context.User.ToActor() is { } actor && await desk.ViewAsync(actor, context.RequestAborted) is { } feed
                ? TypedResults.Json(SettingsWire.Of(feed.Newest), WireJson.Options)
                : ApiProblem.OfStatus(StatusCodes.Status403Forbidden);
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            return Away();
        }
    }

    private static async Task<IResult> ReloadAsync(HttpContext context, ConfigurationReload reload)
    {
        try
        {
            if (context.User.ToActor() is not { } actor)
            {
                return ApiProblem.OfStatus(StatusCodes.Status403Forbidden);
            }

            // Once begun it is carried through, also when the caller does not wait for it.
            var (report, refusal) = await reload.ReloadAsync(actor, CancellationToken.None);
            return report is null
                ? ApiProblem.Of(StatusCodes.Status403Forbidden, "may-not-reload", "The configuration was not read again", refusal!)
                : TypedResults.Json(ReloadWire.Of(report), WireJson.Options, statusCode: report.Outcome == ReloadOutcome.Rejected ? StatusCodes.Status409Conflict : StatusCodes.Status200OK);
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            return Away();
        }
    }

    private static ProblemHttpResult Away() =>
        ApiProblem.Of(StatusCodes.Status503ServiceUnavailable, "own-database-away", "Who may what cannot be asked now", "The dashboard's own database does not answer. SIGHUP reads the configuration all the same.");
}
