using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Access;

/// <summary>Who is in and by what: as much of it as the one who asks may see.</summary>
/// <param name="Me">Who asks, with the role they have now.</param>
/// <param name="Sessions">Sessions that last: one's own, or an admin everybody's.</param>
/// <param name="Keys">Every key, for an admin; null for others.</param>
/// <param name="Barred">Who is shut out, for an admin; null for others.</param>
public sealed record AccessView(Actor Me, IReadOnlyList<Session> Sessions, IReadOnlyList<ApiKey>? Keys, IReadOnlyList<Barred>? Barred);

/// <summary>What became of a wish.</summary>
/// <param name="Done">Whether it was fulfilled.</param>
/// <param name="Words">What to tell whoever wished it.</param>
/// <param name="Secret">A key that was made: told this once.</param>
public sealed record AccessOutcome(bool Done, string Words, Secret? Secret = null);

/// <summary>
/// Where it is said who may come in. Each wish is judged here and now, by whoever is asked for: a page that shows a button grants nothing.
/// </summary>
public sealed partial class AccessDesk(
    IAuthority authority, SessionQueries sessions, ApiKeyQueries keys, BarredQueries barred, DeedPace pace, AccessNews news, AccessRecord record, ILogger<AccessDesk> log)
{
    private const int LongestName = 100;

    /// <summary>How long a key may work at most, unless it is made at the terminal.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(400);

    /// <summary>What the one who asks may see; null when they may see nothing any more.</summary>
    public async Task<AccessView?> ViewAsync(Actor actor, CancellationToken cancellationToken)
    {
        if (await authority.AskAsync(actor, Deeds.OwnSessions, cancellationToken) is not { Granted: true, Actor: var me })
        {
            return null;
        }

        var all = await sessions.LiveAsync(cancellationToken);
        return me.Role >= Deeds.ManageAccess.Least
            ? new AccessView(me, all, await keys.AllAsync(cancellationToken), await barred.AllAsync(cancellationToken))
            : new AccessView(me, [.. OwnOf(me, all)], null, null);
    }

    /// <summary>Makes a key.</summary>
    public async Task<AccessOutcome> MakeKeyAsync(Actor actor, string name, string role, TimeSpan life, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (await RefusalAsync(actor, Deeds.ManageAccess, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var plain = name.Trim();
        if (plain.Length is 0 or > LongestName || plain.Any(char.IsControl))
        {
            return new AccessOutcome(false, $"A key needs a name of at most {LongestName} characters that says what it is for.");
        }

        if (Roles.Find(role) is null && role != "ingest")
        {
            return new AccessOutcome(false, "A key is made for viewer, operator, admin or ingest.");
        }

        if (life <= TimeSpan.Zero || life > LongestLife)
        {
            return new AccessOutcome(false, $"A key works for a day at least and {LongestLife.TotalDays:0} days at most.");
        }

        if (await keys.CreateAsync(plain, role, life, actor.Name, cancellationToken) is not { } secret)
        {
            return new AccessOutcome(false, $"There is a working key named '{plain}' already: revoke it first, or choose another name.");
        }

        LogKeyMade(log, actor.Name, plain, role);
        await record.ChangedAsync(actor, "make-key", string.Create(CultureInfo.InvariantCulture, $"Made the key '{plain}' for {role}, for {life.TotalDays:0} days."), cancellationToken);
        return new AccessOutcome(true, $"The key '{plain}' was made. It is shown this once: only its hash is kept.", secret);
    }

    /// <summary>Ends a key.</summary>
    public async Task<AccessOutcome> RevokeKeyAsync(Actor actor, string name, CancellationToken cancellationToken)
    {
        if (await RefusalAsync(actor, Deeds.ManageAccess, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        if (!await keys.RevokeAsync(name, actor.Name, cancellationToken))
        {
            return new AccessOutcome(false, $"There is no working key named '{name}' any more.");
        }

        news.Tell();
        LogKeyRevoked(log, actor.Name, name);
        await record.ChangedAsync(actor, "revoke-key", $"Revoked the key '{name}'.", cancellationToken);
        return new AccessOutcome(true, $"The key '{name}' no longer works.");
    }

    /// <summary>Ends a session: one's own, or as an admin anybody's.</summary>
    public async Task<AccessOutcome> EndSessionAsync(Actor actor, Guid id, CancellationToken cancellationToken)
    {
        var (session, refusal) = await SessionForAsync(actor, id, cancellationToken);
        if (session is null)
        {
            return refusal;
        }

        await sessions.EndAsync(id, actor.Name, cancellationToken);
        news.Tell();
        LogEnded(log, actor.Name, session.Name, 1);
        await record.ChangedAsync(actor, "end-session", $"Ended a session of {session.Name}.", cancellationToken);
        return new AccessOutcome(true, $"The session of {session.Name} has ended.");
    }

    /// <summary>Ends every session of whose session that is.</summary>
    public async Task<AccessOutcome> EndEverywhereAsync(Actor actor, Guid id, CancellationToken cancellationToken)
    {
        var (session, refusal) = await SessionForAsync(actor, id, cancellationToken);
        if (session is null)
        {
            return refusal;
        }

        var ended = await sessions.EndAllAsync(session, actor.Name, cancellationToken);
        news.Tell();
        LogEnded(log, actor.Name, session.Name, ended);
        await record.ChangedAsync(actor, "end-session", string.Create(CultureInfo.InvariantCulture, $"Ended every session of {session.Name} ({ended})."), cancellationToken);
        return new AccessOutcome(true, string.Create(CultureInfo.InvariantCulture, $"{session.Name} is logged out everywhere ({ended})."));
    }

    /// <summary>Shuts out whose session that is, although a provider or proxy vouches for them.</summary>
    public async Task<AccessOutcome> BarAsync(Actor actor, Guid id, CancellationToken cancellationToken)
    {
        if (await RefusalAsync(actor, Deeds.ManageAccess, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        if (await sessions.FindAsync(id, cancellationToken) is not { Subject: { } subject } session)
        {
            return new AccessOutcome(false, "Only whom a provider or proxy vouches for can be shut out: others need a new link anyway. End their session instead.");
        }

        await barred.BarAsync(session.Via, subject, session.Name, actor.Name, cancellationToken);
        news.Tell();
        LogBarred(log, actor.Name, session.Name);
        await record.ChangedAsync(actor, "shut-out", $"Shut out {session.Name}.", cancellationToken);
        return new AccessOutcome(true, $"{session.Name} is shut out.");
    }

    /// <summary>Lets somebody in again who was shut out.</summary>
    public async Task<AccessOutcome> AdmitAsync(Actor actor, Barred person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        if (await RefusalAsync(actor, Deeds.ManageAccess, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await barred.AdmitAsync(person.Via, person.Subject, cancellationToken);
        LogAdmitted(log, actor.Name, person.Name);
        await record.ChangedAsync(actor, "let-in", $"Let {person.Name} come in again.", cancellationToken);
        return new AccessOutcome(true, $"{person.Name} may come in again.");
    }

    /// <summary>Those of some sessions that are one's own.</summary>
    public static IEnumerable<Session> OwnOf(Actor me, IReadOnlyList<Session> all)
    {
        ArgumentNullException.ThrowIfNull(me);
        var mine = all.FirstOrDefault(session => session.Id == me.Session);
        return mine is null ? [] : all.Where(mine.IsOfSamePerson);
    }

    private async Task<(Session? Session, AccessOutcome Refusal)> SessionForAsync(Actor actor, Guid id, CancellationToken cancellationToken)
    {
        var found = await sessions.FindAsync(id, cancellationToken);
        var mine = actor.Session is { } own ? own == id ? found : await sessions.FindAsync(own, cancellationToken) : null;
        var deed = found is not null && mine is not null && found.IsOfSamePerson(mine) ? Deeds.OwnSessions : Deeds.ManageAccess;
        return await RefusalAsync(actor, deed, cancellationToken) is { } refusal ? (null, refusal)
            : found is null ? (null, new AccessOutcome(false, "That session has ended already."))
            : (found, new AccessOutcome(true, ""));
    }

    private async Task<AccessOutcome?> RefusalAsync(Actor actor, Deed deed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (await authority.AskAsync(actor, deed, cancellationToken) is { Granted: false } refused)
        {
            LogRefused(log, actor.Name, actor.Via, actor.Address ?? "", deed.Name);
            await record.DeniedAsync(refused, deed, cancellationToken);
            return new AccessOutcome(false, refused.Because);
        }

        return pace.Take(actor) is { } wait
            ? new AccessOutcome(false, string.Create(CultureInfo.InvariantCulture, $"That was too much at once: wait {Math.Ceiling(wait.TotalSeconds):0} s."))
            : null;
    }

    [LoggerMessage(1510, LogLevel.Warning, "{Name} ({Via}, {Address}) asked for {Deed} and may not.")]
    private static partial void LogRefused(ILogger log, string name, string via, string address, string deed);

    [LoggerMessage(1511, LogLevel.Information, "{Name} made the key '{Key}' for {Role}.")]
    private static partial void LogKeyMade(ILogger log, string name, string key, string role);

    [LoggerMessage(1512, LogLevel.Information, "{Name} revoked the key '{Key}'.")]
    private static partial void LogKeyRevoked(ILogger log, string name, string key);

    [LoggerMessage(1513, LogLevel.Information, "{Name} ended {Count} sessions of {Whose}.")]
    private static partial void LogEnded(ILogger log, string name, string whose, int count);

    [LoggerMessage(1514, LogLevel.Information, "{Name} shut out {Whom}.")]
    private static partial void LogBarred(ILogger log, string name, string whom);

    [LoggerMessage(1515, LogLevel.Information, "{Name} let {Whom} come in again.")]
    private static partial void LogAdmitted(ILogger log, string name, string whom);
}
