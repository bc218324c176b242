using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Core.Notifications;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Dashboard.Core.Ledger;

/// <summary>What somebody did, in one sentence.</summary>
/// <param name="Sentence">It.</param>
/// <param name="Source">Of which source.</param>
public sealed record SaidByPeople(string Sentence, string Source);

/// <summary>
/// The one way to say something of a trouble, for pages and the API alike: that one knows, that it is to be quiet, whether the page was needed. Each call first asks whether who calls may,
/// now, and whoever may not leaves a line in the audit; what is said and its line in the audit are one transaction. Nothing of the scheduler is touched.
/// </summary>
public sealed class OperatorVerdicts(IAuthority authority, OwnDatabase database, SourceDirectory sources, LedgerMonitor monitor, OutboxWake outbox, IOptions<NotificationOptions> notifications, TimeProvider clock)
{
    /// <summary>Nothing is kept quiet for longer.</summary>
    public static readonly TimeSpan LongestQuiet = TimeSpan.FromDays(30);

    private const string FindSql = """
        select detail from dashboard.incident where id = @id
        """;

    private const string MarkSql = """
        insert into dashboard.incident_mark (id, incident, kind, until, said_by, reason) values (@id, @incident, @kind, @until, @by, @reason)
        """;

    private const string SilenceSql = """
        insert into dashboard.silence (id, source, app_name, starts_at, ends_at, said_by, reason) values (@id, @source, @job, @from, @until, @by, @reason)
        """;

    private const string EndSql = """
        update dashboard.silence set ended_at = now(), ended_by = @by where id = @id and ended_at is null and ends_at > now() returning source, app_name
        """;

    /// <summary>Says that somebody knows: nobody is paged for it any more, and it is judged on.</summary>
    public Task<ActionAnswer<SaidByPeople>> AcknowledgeAsync(Actor who, Guid incident, string? reason, CancellationToken cancellationToken) =>
        MarkAsync(who, Deeds.Acknowledge, incident, IncidentMarkKind.Ack, null, reason, open => $"knows of {Named(open)}", cancellationToken);

    /// <summary>Keeps it quiet until a moment; without one, until it is decided.</summary>
    public Task<ActionAnswer<SaidByPeople>> SnoozeAsync(Actor who, Guid incident, DateTimeOffset? until, string? reason, CancellationToken cancellationToken) =>
        MarkAsync(who, Deeds.Snooze, incident, IncidentMarkKind.Snooze, until, reason, open => $"keeps {Named(open)} quiet", cancellationToken);

    /// <summary>Says whether the page was needed, so that the rules can be held against it.</summary>
    public Task<ActionAnswer<SaidByPeople>> LabelAsync(Actor who, Guid incident, bool needed, string? reason, CancellationToken cancellationToken) =>
        MarkAsync(
            who, Deeds.Label, incident, needed ? IncidentMarkKind.Needed : IncidentMarkKind.NotNeeded, null, string.IsNullOrWhiteSpace(reason) ? "-" : reason,
            over => $"says of {Named(over)}: a human was {(needed ? "needed" : "not needed")}", cancellationToken);

    /// <summary>Begins a time in which nothing is sent.</summary>
    /// <param name="who">Who wants it.</param>
    /// <param name="source">Of which source.</param>
    /// <param name="job">Of which job; null for the whole source.</param>
    /// <param name="from">From when; null for now.</param>
    /// <param name="until">Until when.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">To give up before it begins.</param>
    public async Task<ActionAnswer<SaidByPeople>> SilenceAsync(Actor who, string source, string? job, DateTimeOffset? from, DateTimeOffset until, string? reason, CancellationToken cancellationToken)
    {
        var permission = await authority.AskAsync(who, Deeds.Silence, cancellationToken);
        if (!permission.Granted)
        {
            return await DeniedAsync(permission, "silence", reason, cancellationToken);
        }

        if (sources.Find(source) is not { } known || known.Name != source)
        {
            return ActionAnswer.No<SaidByPeople>($"There is no source '{source}'.");
        }

        var now = clock.GetUtcNow();
        var begins = from is { } start && start > now ? start : now;
        if (Refusal(reason) is { } refusal)
        {
            return ActionAnswer.No<SaidByPeople>(refusal);
        }

        if (until <= begins || until - begins > LongestQuiet)
        {
            return ActionAnswer.No<SaidByPeople>($"A silence ends after it begins, and within {LongestQuiet.TotalDays:0} days.");
        }

        var sentence = $"{permission.Actor.Name} keeps {(job is null ? $"all of {source}" : job)} quiet from {Text(begins)} until {Text(until)}.";
        await database.Now.Repeatable.RunAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(SilenceSql, connection);
                command.Parameters.Add(new NpgsqlParameter<Guid>("id", Guid.CreateVersion7()));
                command.Parameters.Add(new NpgsqlParameter<string>("source", source));
                command.Parameters.Add(LedgerRows.Text("job", job));
                command.Parameters.Add(LedgerRows.Moment("from", begins));
                command.Parameters.Add(LedgerRows.Moment("until", until));
                command.Parameters.Add(LedgerRows.Text("by", permission.Actor.Name));
                command.Parameters.Add(LedgerRows.Text("reason", reason!.Trim()));
                await command.ExecuteNonQueryAsync(token);
                await AuditAsync(connection, permission.Actor, "silence", sentence, source, job, reason.Trim(), token);
            },
            cancellationToken);
        monitor.Said();
        return ActionAnswer.Of(new SaidByPeople(sentence, source));
    }

    /// <summary>Ends a silence before its time.</summary>
    public async Task<ActionAnswer<SaidByPeople>> EndSilenceAsync(Actor who, Guid id, CancellationToken cancellationToken)
    {
        var permission = await authority.AskAsync(who, Deeds.Silence, cancellationToken);
        if (!permission.Granted)
        {
            return await DeniedAsync(permission, "end-silence", null, cancellationToken);
        }

        var ended = await database.Now.Once.RunAsync(
            async (connection, token) =>
            {
                (string Source, string? Job) of;
                await using (var command = new NpgsqlCommand(EndSql, connection))
                {
                    command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
                    command.Parameters.Add(LedgerRows.Text("by", permission.Actor.Name));
                    await using var row = await command.ExecuteReaderAsync(token);
                    if (!await row.ReadAsync(token))
                    {
                        return null;
                    }

                    of = (row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1));
                }

                var sentence = $"{permission.Actor.Name} ends the silence of {of.Job ?? of.Source}.";
                await AuditAsync(connection, permission.Actor, "end-silence", sentence, of.Source, of.Job, null, token);
                return new SaidByPeople(sentence, of.Source);
            },
            cancellationToken);
        monitor.Said();
        return ended is null ? ActionAnswer.No<SaidByPeople>("There is no such silence any more.") : ActionAnswer.Of(ended);
    }

    private async Task<ActionAnswer<SaidByPeople>> MarkAsync(
        Actor who, Deed deed, Guid id, IncidentMarkKind kind, DateTimeOffset? until, string? reason, Func<Incident, string> words, CancellationToken cancellationToken)
    {
        var permission = await authority.AskAsync(who, deed, cancellationToken);
        if (!permission.Granted)
        {
            return await DeniedAsync(permission, LedgerRows.Slug(kind), reason, cancellationToken);
        }

        if (Refusal(reason) is { } refusal)
        {
            return ActionAnswer.No<SaidByPeople>(refusal);
        }

        if (await FindAsync(id, cancellationToken) is not { } incident)
        {
            return ActionAnswer.No<SaidByPeople>("There is no such trouble.");
        }

        var now = clock.GetUtcNow();
        var labels = kind is IncidentMarkKind.Needed or IncidentMarkKind.NotNeeded;
        if (!labels && incident.ClosedAt is not null)
        {
            return ActionAnswer.No<SaidByPeople>("It is over already.");
        }

        if (kind == IncidentMarkKind.Snooze)
        {
            until ??= incident.DecideAt ?? incident.PageBy;
            if (until is not { } end || end <= now || end - now > LongestQuiet)
            {
                return ActionAnswer.No<SaidByPeople>(until is null || until <= now ? "There is nothing to wait for: it is to be decided now. Give a moment that is to come." : $"Nothing is kept quiet for longer than {LongestQuiet.TotalDays:0} days.");
            }
        }

        var sentence = $"{permission.Actor.Name} {words(incident)}{(until is { } quiet ? $" until {Text(quiet)}" : "")}.";
        var mark = Guid.CreateVersion7();

        // Paging systems are told once that somebody knows, whatever is sent later.
        var told = kind == IncidentMarkKind.Ack && incident.PagedAt is not null ? OutboxEntry.For(notifications.Value, incident, NoticeAction.Acknowledge, now, permission.Actor.Name) : [];
        await database.Now.Once.RunAsync(
            async (connection, token) =>
            {
                await using (var command = new NpgsqlCommand(MarkSql, connection))
                {
                    command.Parameters.Add(new NpgsqlParameter<Guid>("id", mark));
                    command.Parameters.Add(new NpgsqlParameter<Guid>("incident", id));
                    command.Parameters.Add(new NpgsqlParameter<string>("kind", LedgerRows.Slug(kind)));
                    command.Parameters.Add(LedgerRows.Moment("until", until));
                    command.Parameters.Add(LedgerRows.Text("by", permission.Actor.Name));
                    command.Parameters.Add(LedgerRows.Text("reason", reason!.Trim()));
                    await command.ExecuteNonQueryAsync(token);
                }

                foreach (var entry in told)
                {
                    await Outbox.AddAsync(connection, entry, token);
                }

                await AuditAsync(connection, permission.Actor, LedgerRows.Slug(kind), sentence, incident.Source, incident.Job ?? incident.Root.Name, reason!.Trim(), token);
            },
            cancellationToken);
        monitor.Said();
        outbox.Wake();
        return ActionAnswer.Of(new SaidByPeople(sentence, incident.Source));
    }

    // Who may not leaves a line, as everywhere.
    private async Task<ActionAnswer<SaidByPeople>> DeniedAsync(Permission permission, string kind, string? reason, CancellationToken cancellationToken)
    {
        var kept = reason is { Length: > OperatorActions.LongestReason } ? reason[..OperatorActions.LongestReason] : reason;
        await database.Now.Once.RunAsync(
            (connection, token) => new ValueTask<AuditAnchor>(AuditQueries.AddAsync(connection, new AuditEntry(AuditEvents.Denied, permission.Actor, permission.Because) { Kind = kind, Reason = kept }, token)), cancellationToken);
        return ActionAnswer.Denied<SaidByPeople>(permission.Because);
    }

    private async Task<Incident?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await database.Now.Statements.ScalarAsync(() => new NpgsqlCommand(FindSql) { Parameters = { new NpgsqlParameter<Guid>("id", id) } }, cancellationToken) is string detail ? LedgerJson.Read<Incident>(detail) : null;

    private static Task<AuditAnchor> AuditAsync(NpgsqlConnection connection, Actor who, string kind, string sentence, string source, string? job, string? reason, CancellationToken cancellationToken) =>
        AuditQueries.AddAsync(connection, new AuditEntry(AuditEvents.Done, who, sentence) { Source = source, Job = job, Kind = kind, Reason = reason }, cancellationToken);

    private static string? Refusal(string? reason) =>
        string.IsNullOrWhiteSpace(reason) ? "Say why: the reason is kept with it." : reason.Trim().Length > OperatorActions.LongestReason ? $"The reason is longer than {OperatorActions.LongestReason} characters." : null;

    private static string Named(Incident incident) => incident.Root.Name;

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
