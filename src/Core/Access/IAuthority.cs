namespace Dashboard.Core.Access;

/// <summary>
/// Says who may do what <em>now</em>. Whatever does a deed asks here itself, each time and first: a page, an endpoint or a circuit may have been let in
/// hours ago by somebody who has been shut out since.
/// </summary>
public interface IAuthority
{
    /// <summary>Whether an actor may do a deed at this moment, from the records and never from what was known before.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The own database is out of reach: then nobody may anything.</exception>
    Task<Permission> AskAsync(Actor actor, Deed deed, CancellationToken cancellationToken);
}
