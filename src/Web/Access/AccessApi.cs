using Dashboard.Core.Access;
using Dashboard.Web.Api;
using Dashboard.Web.Security;

namespace Dashboard.Web.Access;

/// <summary>Who asks.</summary>
/// <param name="Name">As they are called.</param>
/// <param name="Role">viewer, operator or admin, as it is now.</param>
/// <param name="Via">link, oidc, proxy or key.</param>
/// <param name="Address">From where the request came.</param>
/// <param name="May">The deeds they may do now.</param>
public sealed record MeWire(string Name, string Role, string Via, string? Address, IReadOnlyList<string> May);

/// <summary>Tells a program who it is to the dashboard.</summary>
internal static class AccessApi
{
    public static RouteGroupBuilder MapAccess(this RouteGroupBuilder api)
    {
        api.MapRead("/me", MeAsync)
            .WithName("me")
            .WithSummary("Who you are and what you may")
            .WithDescription("Asked of the records with each request, so a role that was taken away is gone from the next answer.")
            .Produces<MeWire>()
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return api;
    }

    private static async Task<IResult> MeAsync(HttpContext context, IAuthority authority)
    {
        try
        {
            if (context.User.ToActor() is not { } actor || await authority.AskAsync(actor, Deeds.Read, context.RequestAborted) is not { Granted: true, Actor: var now })
            {
                return ApiProblem.OfStatus(StatusCodes.Status401Unauthorized);
            }

            var may = Deeds.All.Where(deed => now.Role >= deed.Least).Select(deed => deed.Name).ToList();
            return TypedResults.Json(new MeWire(now.Name, now.Role.Name(), now.Via, now.Address, may), WireJson.Options);
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            return ApiProblem.Of(StatusCodes.Status503ServiceUnavailable, "own-database-away", "Who may what cannot be asked now", "The dashboard's own database does not answer.");
        }
    }
}
