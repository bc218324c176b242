using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Core.Ledger;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Notifications;

/// <summary>Wakes whoever sends.</summary>
public sealed class OutboxWake
{
    /// <summary>A new object each time there is something to send.</summary>
    public Feed<object> Feed { get; } = new(new object());

    /// <summary>There is something to send.</summary>
    public void Wake() => Feed.Publish(new object());
}

/// <summary>One message to one channel.</summary>
/// <param name="Id">Its id: under this it is sent, however often.</param>
/// <param name="Incident">Of which trouble.</param>
/// <param name="Channel">To which channel.</param>
/// <param name="Notice">What it tells.</param>
public sealed record OutboxEntry(Guid Id, Guid Incident, string Channel, Notice Notice)
{
    /// <summary>One for each channel that is told of that source and has a form for it.</summary>
    public static IReadOnlyList<OutboxEntry> For(NotificationOptions options, Incident incident, NoticeAction action, DateTimeOffset at, string? by = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(incident);
        var notice = Notice.Of(options, incident, action, at, by);
        return [.. options.Channels.Where(channel => Takes(channel, notice)).Select(channel => new OutboxEntry(Guid.CreateVersion7(), incident.Id, channel.Name, notice))];
    }

    private static bool Takes(ChannelOptions channel, Notice notice)
    {
        if (channel.Source is { Length: > 0 } source && source != notice.Source)
        {
            return false;
        }

        using var request = ChannelMessage.For(channel, notice, Guid.Empty, notice.At);
        return request is not null;
    }
}

/// <summary>A message somebody took up to send it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Notice">What it tells.</param>
/// <param name="Attempts">How often it was taken up, this time included.</param>
public sealed record ClaimedEntry(Guid Id, Notice Notice, int Attempts)
{
    /// <summary>Whether the receiver may have it already: one of those who had taken it up never said what came of it, or got no answer.</summary>
    public bool MayHaveArrived { get; init; }
}

/// <summary>
/// What is to be sent: <c>dashboard.notification</c>. It is written with the decision in one transaction, taken up for a short while by whoever sends, and marked when a receiver took it. What a
/// process that died had taken up is taken up again, and sent under the same name.
/// </summary>
public sealed class Outbox(OwnDatabase database)
{
    /// <summary>How long somebody who took a message up has to send it.</summary>
    public static readonly TimeSpan Claim = TimeSpan.FromSeconds(12);

    private const string SupersedeSql = """
        update dashboard.notification
           set state = 'superseded', ended_at = now()
         where incident = @incident and channel = @channel and action = 'update' and state = 'waiting' and version < @version and attempts = 0
        """;

    private const string AddSql = """
        insert into dashboard.notification (id, incident, channel, action, version, body)
        values (@id, @incident, @channel, @action, @version, @body)
        on conflict do nothing
        """;

    // Of one trouble one after the other: nobody hears of its end before its beginning. From here on it may arrive, until somebody writes down that it did not.
    private const string ClaimSql = """
        with next as (select waits.id, waits.unanswered
                        from dashboard.notification waits
                       where waits.channel = @channel and waits.state = 'waiting' and waits.next_at <= now()
                         and not exists (select from dashboard.notification earlier
                                          where earlier.incident = waits.incident and earlier.channel = waits.channel and earlier.state = 'waiting'
                                            and (earlier.version, earlier.made_at, earlier.id) < (waits.version, waits.made_at, waits.id))
                       order by waits.made_at, waits.id
                       limit 1
                         for update skip locked)
        update dashboard.notification taken
           set next_at = now() + @claim, attempts = attempts + 1, unanswered = true
          from next
         where taken.id = next.id
        returning taken.id, taken.body, taken.attempts, next.unanswered
        """;

    private const string EndSql = """
        update dashboard.notification set state = @state, ended_at = now(), trouble = @trouble where id = @id and state = 'waiting'
        """;

    private const string LaterSql = """
        update dashboard.notification set next_at = now() + @pause, trouble = @trouble, unanswered = @unanswered where id = @id and state = 'waiting'
        """;

    private const string OpenSql = """
        select body
          from dashboard.notification told
         where channel = @channel and state = 'sent' and action in ('trigger', 'update')
           and exists (select from dashboard.incident where incident.id = told.incident and closed_at is null)
           and not exists (select from dashboard.notification newer
                            where newer.incident = told.incident and newer.channel = told.channel and newer.state = 'sent' and newer.version > told.version)
        """;

    /// <summary>Adds a message within a transaction. Once is enough: the same action of the same version is not told twice.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, OutboxEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        foreach (var sql in (string[])[SupersedeSql, AddSql])
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new NpgsqlParameter<Guid>("id", entry.Id));
            command.Parameters.Add(new NpgsqlParameter<Guid>("incident", entry.Incident));
            command.Parameters.Add(new NpgsqlParameter<string>("channel", entry.Channel));
            command.Parameters.Add(new NpgsqlParameter<string>("action", entry.Notice.Action.ToString().ToLowerInvariant()));
            command.Parameters.Add(new NpgsqlParameter<int>("version", entry.Notice.Version));
            command.Parameters.Add(new NpgsqlParameter<string>("body", LedgerJson.Text(entry.Notice)));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Takes up the next message of a channel; null when there is none to be sent now.</summary>
    public async Task<ClaimedEntry?> ClaimAsync(string channel, CancellationToken cancellationToken)
    {
        var taken = await database.Patient.Statements.RowsAsync(
            () => new NpgsqlCommand(ClaimSql) { Parameters = { new NpgsqlParameter<string>("channel", channel), new NpgsqlParameter<TimeSpan>("claim", Claim) } },
            row => new ClaimedEntry(row.GetGuid(0), LedgerJson.Read<Notice>(row.GetString(1)), row.GetInt32(2)) { MayHaveArrived = row.GetBoolean(3) },
            cancellationToken);
        return taken is [var one] ? one : null;
    }

    /// <summary>It was taken, or never will be.</summary>
    public Task EndAsync(Guid id, bool sent, string? trouble, CancellationToken cancellationToken) => database.Patient.Statements.ExecuteAsync(
        () => new NpgsqlCommand(EndSql) { Parameters = { new NpgsqlParameter<Guid>("id", id), new NpgsqlParameter<string>("state", sent ? "sent" : "refused"), LedgerRows.Text("trouble", trouble) } }, cancellationToken);

    /// <summary>It is to be sent again later.</summary>
    /// <param name="id">Which message.</param>
    /// <param name="pause">When.</param>
    /// <param name="trouble">Why it was not taken.</param>
    /// <param name="mayHaveArrived">Whether the receiver may have it all the same, from this time or from an earlier one.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public Task LaterAsync(Guid id, TimeSpan pause, string trouble, bool mayHaveArrived, CancellationToken cancellationToken) => database.Patient.Statements.ExecuteAsync(
        () => new NpgsqlCommand(LaterSql)
        {
            Parameters = { new NpgsqlParameter<Guid>("id", id), new NpgsqlParameter<TimeSpan>("pause", pause), LedgerRows.Text("trouble", trouble), new NpgsqlParameter<bool>("unanswered", mayHaveArrived) },
        },
        cancellationToken);

    /// <summary>What was told last of each trouble that goes on, for a channel that forgets what it is not told again.</summary>
    public async Task<IReadOnlyList<Notice>> OpenAsync(string channel, CancellationToken cancellationToken) => await database.Patient.Statements.RowsAsync(
        () => new NpgsqlCommand(OpenSql) { Parameters = { new NpgsqlParameter<string>("channel", channel) } }, row => LedgerJson.Read<Notice>(row.GetString(0)), cancellationToken);
}
