using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Security;

/// <summary>
/// Refuses what a page of another site makes a browser send. Cookies go by host and not by port, so SameSite alone lets any other program on
/// this machine's localhost in: the Origin must be exactly ours, and live connections by cookie must have one.
/// </summary>
/// <remarks>Ours is the address the browser says it asked for; the host filter before this one has refused every name that is not ours.</remarks>
internal sealed class OwnOrigin(RequestDelegate next, IOptions<AccessOptions> options)
{
    private readonly HashSet<string> further = new(options.Value.Origins, StringComparer.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext context)
    {
        if (IsSensitive(context) && !IsOurs(context))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        return next(context);
    }

    private static bool IsSensitive(HttpContext context) =>
        IsLive(context)
        || context.Request.Path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase)
        || !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method) || HttpMethods.IsTrace(context.Request.Method));

    private static bool IsLive(HttpContext context) =>
        context.Request.Headers.Upgrade.Any(value => value?.Contains("websocket", StringComparison.OrdinalIgnoreCase) == true)
        || context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect == true;

    private bool IsOurs(HttpContext context)
    {
        var (request, headers) = (context.Request, context.Request.Headers);
        var site = headers["Sec-Fetch-Site"];
        if (site.Count > 0 && site is not ["same-origin"] and not ["none"])
        {
            return false;
        }

        return headers.Origin.Count switch
        {
            // No browser opens a socket without saying where from: a program did, and a program has a key.
            0 => !IsLive(context) || context.User.HasClaim(claim => claim.Type == AccessClaims.Key),

            // With no-referrer, which every page of ours says, a browser calls the origin of our own forms null; it says beside it, where no page can, whose they are.
            1 when headers.Origin[0] == "null" => !IsLive(context) && site is ["same-origin"],
            1 => headers.Origin[0] is { } origin
                && (string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase) || further.Contains(origin)),
            _ => false,
        };
    }
}
