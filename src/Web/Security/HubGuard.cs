using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Security;

/// <summary>
/// Stands before every message of a circuit and of the hub: who was let in when the connection was opened may be shut out by now. A click of theirs is
/// not passed on, and the connection is cut.
/// </summary>
internal sealed partial class HubGuard(SessionGuard sessions, ApiKeyRing keys, LiveConnections connections, IOptions<AccessOptions> options, ILogger<HubGuard> log) : IHubFilter
{
    // What a browser says by itself of what it was sent: nothing is done for it.
    private const string Acknowledged = "OnRenderCompleted";

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var context = invocationContext.Context;
        if (invocationContext.HubMethodName != Acknowledged && !await IsInAsync(context))
        {
            context.Abort();
            throw new HubException("You are not logged in any more.");
        }

        return await next(invocationContext);
    }

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        connections.Add(context.Context);
        if (connections.Count(context.Context.User) > options.Value.ConnectionsEach)
        {
            LogTooMany(log, options.Value.ConnectionsEach, context.Context.User?.Identity?.Name ?? "");
            context.Context.Abort();
            return;
        }

        if (!await IsInAsync(context.Context))
        {
            context.Context.Abort();
            return;
        }

        await next(context);
    }

    public Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        connections.Remove(context.Context);
        return next(context, exception);
    }

    // Not ended by the connection: that somebody leaves meanwhile is no failure to be logged. The answer comes within seconds or not at all.
    private async Task<bool> IsInAsync(HubCallerContext context) => (Session: context.User.SessionId(), Key: context.User.KeyId()) switch
    {
        { Session: { } session } => await sessions.FindAsync(session, CancellationToken.None) is not null,
        { Key: { } key } => await keys.WorksAsync(key, CancellationToken.None),
        _ => false,
    };

    [LoggerMessage(1503, LogLevel.Warning, "A further live connection of {Name} was refused: {Most} are open.")]
    private static partial void LogTooMany(ILogger log, int most, string name);
}
