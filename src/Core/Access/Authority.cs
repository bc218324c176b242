namespace Dashboard.Core.Access;

/// <summary>Asks the records of sessions and keys: one row by its key for each question, nothing remembered.</summary>
public sealed class Authority(SessionQueries sessions, ApiKeyQueries keys) : IAuthority
{
    /// <inheritdoc/>
    public async Task<Permission> AskAsync(Actor actor, Deed deed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return Permission.Of(actor, deed, await StandingAsync(actor, cancellationToken));
    }

    private async Task<Standing> StandingAsync(Actor actor, CancellationToken cancellationToken) => actor switch
    {
        { Session: { } session, Key: null } => await sessions.StandingAsync(session, cancellationToken),
        { Session: null, Key: { } key } => await keys.StandingAsync(key, cancellationToken),
        { Session: null, Key: null, Via: ActorVia.Terminal } => Standing.Of(actor.Role),
        _ => Standing.Out("You are not logged in."),
    };
}
