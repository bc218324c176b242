using Dashboard.Core.Database;
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
        insert into dashboard.session (id, name, role, via, subject, address, agent, ends_at)
        select @id, @name, @role, @via, @subject, @address, @agent, now() + @life
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
         where name = @name
           and via = @via
           and subject is not distinct from @subject
           and ended_at is null
           and ends_at > now()
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
        await using var command = database.Source.CreateCommand(BeginSql);
        Add(command, person, id, life);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 0 ? null : await FindAsync(id, cancellationToken);
    }

    /// <summary>What a session is worth at this moment.</summary>
    public async Task<Standing> StandingAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(StandingSql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return Standing.Out("Your session is not known any more. Log in again.");
        }

        return (Ended: reader.GetBoolean(1), Over: reader.GetBoolean(3), Role: Roles.Find(reader.GetString(0))) switch
        {
            { Ended: true } => Standing.Out($"Your session was ended by {reader.GetString(2)}. Log in again."),
            { Over: true } => Standing.Out("Your session is over. Log in again."),
            { Role: { } role } => Standing.Of(role),
            _ => Standing.Out("Your session has a role that is unknown here. Log in again."),
        };
    }

    /// <summary>A session that lasts; null when it does not.</summary>
    public async Task<Session?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Those that last, by name, a thousand at most.</summary>
    public async Task<IReadOnlyList<Session>> LiveAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(LiveSql);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Notes, to the minute, that somebody is there.</summary>
    public async Task SeenAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SeenSql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends a session; false when it was none any more.</summary>
    public async Task<bool> EndAsync(Guid id, string by, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(EndSql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        command.Parameters.Add(new NpgsqlParameter<string>("by", by));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Ends every session of a person; how many.</summary>
    public async Task<int> EndAllAsync(string name, string via, string? subject, string by, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(EndAllSql);
        command.Parameters.Add(new NpgsqlParameter<string>("name", name));
        command.Parameters.Add(new NpgsqlParameter<string>("via", via));
        command.Parameters.Add(Text("subject", subject));
        command.Parameters.Add(new NpgsqlParameter<string>("by", by));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Those of some sessions that do not last any more.</summary>
    public async Task<IReadOnlyList<Guid>> OutAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(OutSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. ids]));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var gone = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            gone.Add(reader.GetGuid(0));
        }

        return gone;
    }

    /// <summary>The session of somebody for whom a proxy vouches with each request: the one that lasts, with what they may by now, or a new one; null when they are shut out.</summary>
    public async Task<Session?> EnterAsync(Newcomer person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        var subject = person.Subject ?? throw new ArgumentException("A proxy says who it is.", nameof(person));
        await using (var over = database.Source.CreateCommand(OverSql))
        {
            over.Parameters.Add(new NpgsqlParameter<string>("subject", subject));
            await over.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = database.Source.CreateCommand(EnterSql);
        Add(command, person, Guid.NewGuid(), Life);
        return await command.ExecuteScalarAsync(cancellationToken) is Guid id ? await FindAsync(id, cancellationToken) : null;
    }

    /// <summary>Gives a session another role.</summary>
    public async Task SetRoleAsync(Guid id, Role role, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SetRoleSql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        command.Parameters.Add(new NpgsqlParameter<string>("role", role.Name()));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add(NpgsqlCommand command, Newcomer person, Guid id, TimeSpan life)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        command.Parameters.Add(new NpgsqlParameter<string>("name", person.Name));
        command.Parameters.Add(new NpgsqlParameter<string>("role", person.Role.Name()));
        command.Parameters.Add(new NpgsqlParameter<string>("via", person.Via));
        command.Parameters.Add(Text("subject", person.Subject));
        command.Parameters.Add(new NpgsqlParameter<string>("address", person.Address));
        command.Parameters.Add(new NpgsqlParameter<string>("agent", person.Agent.Length > LongestAgent ? person.Agent[..LongestAgent] : person.Agent));
        command.Parameters.Add(new NpgsqlParameter<TimeSpan>("life", life));
    }

    private static NpgsqlParameter Text(string name, string? value) => new(name, NpgsqlDbType.Text) { Value = (object?)value ?? DBNull.Value };

    private static async Task<IReadOnlyList<Session>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sessions = new List<Session>();
        while (await reader.ReadAsync(cancellationToken))
        {
            // A role that is unknown here is none, and so the session is none.
            if (Roles.Find(reader.GetString(2)) is { } role)
            {
                sessions.Add(new Session
                {
                    Id = reader.GetGuid(0),
                    Name = reader.GetString(1),
                    Role = role,
                    Via = reader.GetString(3),
                    Subject = reader.IsDBNull(4) ? null : reader.GetString(4),
                    Address = reader.GetString(5),
                    Agent = reader.GetString(6),
                    StartedAt = reader.GetFieldValue<DateTimeOffset>(7),
                    SeenAt = reader.GetFieldValue<DateTimeOffset>(8),
                    EndsAt = reader.GetFieldValue<DateTimeOffset>(9),
                    EndedAt = reader.IsDBNull(10) ? null : reader.GetFieldValue<DateTimeOffset>(10),
                    EndedBy = reader.IsDBNull(11) ? null : reader.GetString(11),
                });
            }
        }

        return sessions;
    }
}

/// <summary>Somebody at the door whom a link, a provider or a proxy vouches for.</summary>
/// <param name="Name">As people call them.</param>
/// <param name="Role">What they may.</param>
/// <param name="Via">Who vouches: one of <see cref="ActorVia"/>.</param>
/// <param name="Subject">Who they are to it; null for a link.</param>
/// <param name="Address">From where they come.</param>
/// <param name="Agent">What their browser calls itself.</param>
public sealed record Newcomer(string Name, Role Role, string Via, string? Subject, string Address, string Agent);
