using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Access;

/// <summary>Reads and writes <c>dashboard.session</c>. All times are the database's.</summary>
public sealed class SessionQueries(OwnDatabase database)
{
    /// <summary>How long a session lasts at most: it is not prolonged by being used.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private const int LongestAgent = 200;

    // Who is shut out gets none; sessions long over go with the next that begins.
    private const string BeginSql = """
        with forgotten as (delete from dashboard.session where ends_at < now() - interval '90 days')
        insert into dashboard.session (id, name, role, via, subject, address, agent, ends_at, provider_session)
        select @id, @name, @role, @via, @subject, @address, @agent, now() + @life, @provider
         where not exists (select from dashboard.barred where via = @via and subject = @subject)
        """;

    private const string StandingSql = """
        select role, ended_at is not null, ended_by, ends_at <= now()
          from dashboard.session
         where id = @id
        """;

    private const string Columns = "id, name, role, via, subject, address, agent, started_at, seen_at, ends_at, ended_at, ended_by";

    private const string LiveSql = $"""
        select {Columns}
          from dashboard.session
         where ended_at is null
           and ends_at > now()
         order by name, started_at, id
         limit 1000
        """;

    private const string FindSql = $"""
        select {Columns}
          from dashboard.session
         where id = @id
           and ended_at is null
           and ends_at > now()
        """;

    private const string SeenSql = """
        update dashboard.session
           set seen_at = now()
         where id = @id
           and seen_at < now() - interval '1 minute'
        """;

    private const string EndSql = """
        update dashboard.session
           set ended_at = now(), ended_by = @by
         where id = @id
           and ended_at is null
        """;

    private const string EndAllSql = """
        update dashboard.session
           set ended_at = now(), ended_by = @by
         where (name = @name or subject is not null)
           and via = @via
           and subject is not distinct from @subject
           and (subject is not null or role = @role)
           and ended_at is null
           and ends_at > now()
        """;

    // A provider speaks for those it vouched for, by the login, by the person, or both.
    private const string ProviderSql = """
        update dashboard.session
           set ended_at = now(), ended_by = @by
         where via = 'oidc'
           and starts_with(subject, @prefix)
           and (@subject::text is null or subject = @prefix || @subject::text)
           and (@provider::text is null or provider_session = @provider::text)
           and (@subject::text is not null or @provider::text is not null)
           and started_at <= @until
           and ended_at is null
           and ends_at > now()
        returning name
        """;

    private const string OutSql = """
        select asked.id
          from unnest(@ids) asked (id)
         where not exists (select from dashboard.session s where s.id = asked.id and s.ended_at is null and s.ends_at > now())
        """;

    private const string OverSql = """
        update dashboard.session
           set ended_at = ends_at, ended_by = 'time'
         where via = 'proxy'
           and subject = @subject
           and ended_at is null
           and ends_at <= now()
        """;

    // One for each person: two requests at once find the same.
    private const string EnterSql = """
        insert into dashboard.session (id, name, role, via, subject, address, agent, ends_at)
        select @id, @name, @role, 'proxy', @subject, @address, @agent, now() + @life
         where not exists (select from dashboard.barred where via = 'proxy' and subject = @subject)
            on conflict (subject) where via = 'proxy' and ended_at is null
            do update set role = excluded.role, name = excluded.name
        returning id
        """;

    private const string SetRoleSql = """
        update dashboard.session
           set role = @role
         where id = @id
        """;

    /// <summary>Lets somebody in; null when they are shut out.</summary>
    public async Task<Session?> BeginAsync(Newcomer person, TimeSpan life, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        var id = Guid.NewGuid();
        return await database.Now.Once.ExecuteAsync(() => CommandOf(BeginSql, person, id, life), cancellationToken) == 0 ? null : await FindAsync(id, cancellationToken);
    }

    /// <summary>What a session is worth at this moment.</summary>
    public async Task<Standing> StandingAsync(Guid id, CancellationToken cancellationToken)
    {
        var found = await database.Now.Statements.RowsAsync(
            () => CommandOf(StandingSql, new NpgsqlParameter<Guid>("id", id)),
            static row => (Role: Roles.Find(row.GetString(0)), EndedBy: row.GetBoolean(1) ? row.GetString(2) : null, Over: row.GetBoolean(3)),
            cancellationToken);
        return found switch
        {
            [] => Standing.Out("Your session is not known any more. Log in again."),
            [{ EndedBy: { } by }, ..] => Standing.Out($"Your session was ended by {by}. Log in again."),
            [{ Over: true }, ..] => Standing.Out("Your session is over. Log in again."),
            [{ Role: { } role }, ..] => Standing.Of(role),
            _ => Standing.Out("Your session has a role that is unknown here. Log in again."),
        };
    }

    /// <summary>A session that lasts; null when it does not.</summary>
    public async Task<Session?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await ReadAsync(() => CommandOf(FindSql, new NpgsqlParameter<Guid>("id", id)), cancellationToken)).SingleOrDefault();

    /// <summary>Those that last, by name, a thousand at most.</summary>
    public Task<IReadOnlyList<Session>> LiveAsync(CancellationToken cancellationToken) => ReadAsync(() => new NpgsqlCommand(LiveSql), cancellationToken);

    /// <summary>Notes, to the minute, that somebody is there.</summary>
    public Task SeenAsync(Guid id, CancellationToken cancellationToken) =>
        database.Now.Statements.ExecuteAsync(() => CommandOf(SeenSql, new NpgsqlParameter<Guid>("id", id)), cancellationToken);

    /// <summary>Ends a session; false when it was none any more.</summary>
    public async Task<bool> EndAsync(Guid id, string by, CancellationToken cancellationToken) =>
        await database.Now.Once.ExecuteAsync(() => CommandOf(EndSql, new NpgsqlParameter<Guid>("id", id), new NpgsqlParameter<string>("by", by)), cancellationToken) > 0;

    /// <summary>Ends every session of whose session that is, see <see cref="Session.IsOfSamePerson"/>; how many.</summary>
    public async Task<int> EndAllAsync(Session one, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(one);
        return await database.Now.Once.ExecuteAsync(
            () => CommandOf(
                EndAllSql,
                new NpgsqlParameter<string>("name", one.Name),
                new NpgsqlParameter<string>("via", one.Via),
                Text("subject", one.Subject),
                new NpgsqlParameter<string>("role", one.Role.Name()),
                new NpgsqlParameter<string>("by", by)),
            cancellationToken);
    }

    /// <summary>Ends the sessions that came of a login which ended at the provider; whose they were.</summary>
    public async Task<IReadOnlyList<string>> EndAsync(ProviderLogout said, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(said);
        return await database.Now.Repeatable.RowsAsync(
            () => CommandOf(
                ProviderSql,
                new NpgsqlParameter<string>("prefix", said.Prefix),
                Text("subject", said.Subject),
                Text("provider", said.ProviderSession),
                new NpgsqlParameter<DateTime>("until", said.Until.ToUniversalTime()),
                new NpgsqlParameter<string>("by", by)),
            static row => row.GetString(0),
            cancellationToken);
    }

    /// <summary>Those of some sessions that do not last any more.</summary>
    public async Task<IReadOnlyList<Guid>> OutAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        await database.Now.Statements.RowsAsync(() => CommandOf(OutSql, new NpgsqlParameter<Guid[]>("ids", [.. ids])), static row => row.GetGuid(0), cancellationToken);

    /// <summary>The session of somebody for whom a proxy vouches with each request: the one that lasts, with what they may by now, or a new one; null when they are shut out.</summary>
    public async Task<Session?> EnterAsync(Newcomer person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        var subject = person.Subject ?? throw new ArgumentException("A proxy says who it is.", nameof(person));
        await database.Now.Statements.ExecuteAsync(() => CommandOf(OverSql, new NpgsqlParameter<string>("subject", subject)), cancellationToken);
        var made = Guid.NewGuid();
        return await database.Now.Statements.ScalarAsync(() => CommandOf(EnterSql, person, made, Life), cancellationToken) is Guid id && await FindAsync(id, cancellationToken) is { } session
            ? session with { IsNew = id == made }
            : null;
    }

    /// <summary>Gives a session another role.</summary>
    public Task SetRoleAsync(Guid id, Role role, CancellationToken cancellationToken) =>
        database.Now.Statements.ExecuteAsync(() => CommandOf(SetRoleSql, new NpgsqlParameter<Guid>("id", id), new NpgsqlParameter<string>("role", role.Name())), cancellationToken);

    private static NpgsqlCommand CommandOf(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static NpgsqlCommand CommandOf(string sql, Newcomer person, Guid id, TimeSpan life) => CommandOf(
        sql,
        new NpgsqlParameter<Guid>("id", id),
        new NpgsqlParameter<string>("name", person.Name),
        new NpgsqlParameter<string>("role", person.Role.Name()),
        new NpgsqlParameter<string>("via", person.Via),
        Text("subject", person.Subject),
        Text("provider", person.ProviderSession),
        new NpgsqlParameter<string>("address", person.Address),
        new NpgsqlParameter<string>("agent", person.Agent.Length > LongestAgent ? person.Agent[..LongestAgent] : person.Agent),
        new NpgsqlParameter<TimeSpan>("life", life));

    private static NpgsqlParameter Text(string name, string? value) => new(name, NpgsqlDbType.Text) { Value = (object?)value ?? DBNull.Value };

    // A role that is unknown here is none, and so the session is none.
    private async Task<IReadOnlyList<Session>> ReadAsync(Func<NpgsqlCommand> command, CancellationToken cancellationToken) =>
        [.. (await database.Now.Statements.RowsAsync(command, Of, cancellationToken)).OfType<Session>()];

    private static Session? Of(System.Data.Common.DbDataReader row) => Roles.Find(row.GetString(2)) is not { } role ? null : new Session
    {
        Id = row.GetGuid(0),
        Name = row.GetString(1),
        Role = role,
        Via = row.GetString(3),
        Subject = row.IsDBNull(4) ? null : row.GetString(4),
        Address = row.GetString(5),
        Agent = row.GetString(6),
        StartedAt = row.GetFieldValue<DateTimeOffset>(7),
        SeenAt = row.GetFieldValue<DateTimeOffset>(8),
        EndsAt = row.GetFieldValue<DateTimeOffset>(9),
        EndedAt = row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10),
        EndedBy = row.IsDBNull(11) ? null : row.GetString(11),
    };
}

/// <summary>Somebody at the door whom a link, a provider or a proxy vouches for.</summary>
/// <param name="Name">As people call them.</param>
/// <param name="Role">What they may.</param>
/// <param name="Via">Who vouches: one of <see cref="ActorVia"/>.</param>
/// <param name="Subject">Who they are to it; null for a link.</param>
/// <param name="Address">From where they come.</param>
/// <param name="Agent">What their browser calls itself.</param>
public sealed record Newcomer(string Name, Role Role, string Via, string? Subject, string Address, string Agent)
{
    /// <summary>What the provider calls this login; null where it gave it no name.</summary>
    public string? ProviderSession { get; init; }
}

/// <summary>What a provider says of somebody who logged out there.</summary>
/// <param name="Prefix">How the subjects of those it vouches for begin.</param>
/// <param name="Subject">Who, to it; null for whoever that login was.</param>
/// <param name="ProviderSession">Which login; null for all of that person.</param>
/// <param name="Until">Sessions that began later are not meant.</param>
public sealed record ProviderLogout(string Prefix, string? Subject, string? ProviderSession, DateTime Until);
