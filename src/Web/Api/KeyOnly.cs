using Dashboard.Web.Security;

namespace Dashboard.Web.Api;

/// <summary>Lets only a program with a key through to an address that changes something: no page of another site can make a browser do that.</summary>
internal static class KeyOnly
{
    public static async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.User.KeyId() is not null ? await next(context)
        : ApiProblem.Of(StatusCodes.Status403Forbidden, "by-key-only", "This takes an API key", "A login of a browser does not act through the API; its pages have forms for that. Send 'Authorization: Bearer KEY'.");
}
