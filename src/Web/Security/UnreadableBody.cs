namespace Dashboard.Web.Security;

/// <summary>
/// The server answers what it cannot read with 400 by itself, but for one thing: a chunk longer than any number holds comes up where the body is read, as if it were a
/// failure of ours. It is the client's, and is answered like the others.
/// </summary>
internal sealed class UnreadableBody(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception cause) when (!context.Response.HasStarted && IsOverlong(cause))
        {
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status400BadRequest;

            // Where the next request would begin, nobody knows.
            context.Response.Headers.Connection = "close";
        }
    }

    private static bool IsOverlong(Exception? cause) => cause is not null && (cause is IOException { InnerException: OverflowException } || IsOverlong(cause.InnerException));
}
