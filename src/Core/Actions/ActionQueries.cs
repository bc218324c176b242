using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Actions;

/// <summary>
/// Plans and what became of them: <c>dashboard.action</c>. Each step of a commit is one transaction here together with its line of the audit, and takes
/// place only if the step before was the last: of many who try the same step one goes on.
/// </summary>
public sealed class ActionQueries(OwnDatabase database)
{
    /// <summary>How long a plan can be committed: what it says of slots and ticks is of one moment.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    private const string SaveSql = """
        with old as (
            delete from dashboard.action where made_at < now() - interval '2 days' and state in ('planned', 'withdrawn')
        )
        insert into dashboard.action (id, expires_at, source, app_name, kind, planned_by, plan, before_cells, before_version, undoes, operation)
        values (@id, now() + @life, @source, @job, @kind, @by, @plan, @cells, @version, @undoes, @operation)
        """;

    private const string Columns = """
        id, plan, before_cells, before_version, state, made_at, expires_at, expires_at <= now(), planned_by, actor, role, via, address, reason, attempt,
        now() - claimed_at, observed_xid, finished_at, sentence, difference, version_after, undone_by, operation
        """;

    private const string FindSql = $"""
        select {Columns} from dashboard.action where id = @id
        """;

    private const string OfJobSql = $"""
        select {Columns}
          from dashboard.action
         where source = @source and app_name = @job and state not in ('planned', 'withdrawn')
         order by made_at desc
         limit @most
        """;

    private const string UnfinishedSql = $"""
        select {Columns}
          from dashboard.action
         where state = 'committing' and claimed_at < now() - @older
         order by claimed_at
         limit 100
        """;

    private const string ClaimSql = """
        update dashboard.action
           set state = 'committing', attempt = attempt + 1, actor = @actor, role = @role, via = @via, address = @address, reason = @reason,
               claimed_at = now(), observed_xid = null
         where id = @id and state = 'planned' and expires_at > now()
        returning attempt
        """;

    private const string NoteSql = """
        update dashboard.action
           set observed_xid = @xid
         where id = @id and state = 'committing' and attempt = @attempt and (observed_xid is null or observed_xid = @xid)
        """;

    private const string FinishSql = """
        update dashboard.action
           set state = @state, sentence = @sentence, difference = @difference, version_after = @version,
               finished_at = case when @state::text = 'planned' then null else now() end
         where id = @id and state = 'committing' and attempt = @attempt
           and (@unsent = false or observed_xid is null)
        """;

    // What never changed anything has nothing to put back; of the rest the audit keeps what may be shown.
    private const string ForgetSql = """
        update dashboard.action
           set before_cells = null
         where before_cells is not null
           and (state in ('stale', 'refused', 'nothing', 'withdrawn') or (state in ('done', 'unknown') and made_at < now() - @kept))
        """;

    private const string WithdrawSql = """
        update dashboard.action set state = 'withdrawn', finished_at = now(), sentence = @sentence where id = @id and state = 'planned'
        """;

    /// <summary>How long the row as it was, whole and with whatever its error says, is kept for an undo.</summary>
    public static readonly TimeSpan Undoable = TimeSpan.FromDays(7);

    /// <summary>Keeps a plan.</summary>
    public async Task SaveAsync(Guid id, ActionPlan plan, RowImage? before, string by, Guid? operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var (planned, cells) = (ActionJson.Of(plan), before is null ? null : ActionJson.Of(before.Cells));
        await database.Now.Once.ExecuteAsync(
            () =>
            {
                var command = new NpgsqlCommand(SaveSql);
                command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
                command.Parameters.Add(new NpgsqlParameter<TimeSpan>("life", Life));
                Text(command, "source", plan.Source);
                Text(command, "job", plan.Job);
                Text(command, "kind", plan.Kind.Slug());
                Text(command, "by", by);
                Text(command, "plan", planned);
                Text(command, "cells", cells);
                Text(command, "version", before?.Version);
                Id(command, "undoes", plan.Undoes);
                Id(command, "operation", operation);
                return command;
            },
            cancellationToken);
    }

    /// <summary>The plan or action of that id; null when there is none.</summary>
    public async Task<KeptAction?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await ReadAsync(() => new NpgsqlCommand(FindSql) { Parameters = { new NpgsqlParameter<Guid>("id", id) } }, cancellationToken) is [var found, ..] ? found : null;

    /// <summary>The last actions on a job, newest first.</summary>
    public async Task<IReadOnlyList<KeptAction>> OfJobAsync(string source, string job, int most, CancellationToken cancellationToken) => await ReadAsync(
        () => new NpgsqlCommand(OfJobSql) { Parameters = { new NpgsqlParameter<string>("source", source), new NpgsqlParameter<string>("job", job), new NpgsqlParameter<int>("most", most) } },
        cancellationToken);

    /// <summary>Actions whose end nobody has recorded for a while.</summary>
    public async Task<IReadOnlyList<KeptAction>> UnfinishedAsync(TimeSpan older, CancellationToken cancellationToken) =>
        await ReadAsync(() => new NpgsqlCommand(UnfinishedSql) { Parameters = { new NpgsqlParameter<TimeSpan>("older", older) } }, cancellationToken);

    /// <summary>Takes a plan to carry it out; the number of the attempt, or null when it cannot be committed, or somebody was faster.</summary>
    public async Task<int?> ClaimAsync(KeptAction action, Actor who, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(who);
        return await database.Now.Once.RunAsync(
            async (connection, token) =>
            {
                await using var claim = new NpgsqlCommand(ClaimSql, connection);
                claim.Parameters.Add(new NpgsqlParameter<Guid>("id", action.Id));
                Text(claim, "actor", who.Name);
                Text(claim, "role", who.Role.Name());
                Text(claim, "via", who.Via);
                Text(claim, "address", who.Address);
                Text(claim, "reason", reason.Replace('\0', '\uFFFD'));
                if (await claim.ExecuteScalarAsync(token) is not int attempt)
                {
                    return (int?)null;
                }

                await AuditQueries.AddAsync(connection, Entry(action, who, reason, AuditEvents.Began, action.Plan.Summary), token);
                return attempt;
            },
            cancellationToken);
    }

    /// <summary>Notes the transaction in the observed database, before anything is changed there; false when the action was given up meanwhile.</summary>
    public async Task<bool> NoteAsync(Guid id, int attempt, long transaction, CancellationToken cancellationToken) => await database.Now.Statements.ExecuteAsync(
        () => new NpgsqlCommand(NoteSql) { Parameters = { new NpgsqlParameter<Guid>("id", id), new NpgsqlParameter<int>("attempt", attempt), new NpgsqlParameter<long>("xid", transaction) } },
        cancellationToken) == 1;

    /// <summary>Records an attempt's end, with what of the own records hangs on it; null when somebody else has recorded it.</summary>
    public async Task<AuditAnchor?> FinishAsync(KeptAction action, Ending ending, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(ending);
        return await database.Now.Once.RunAsync((connection, token) => FinishAsync(connection, action, ending, token), cancellationToken);
    }

    private static async ValueTask<AuditAnchor?> FinishAsync(NpgsqlConnection connection, KeptAction action, Ending ending, CancellationToken cancellationToken)
    {
        await using (var finish = new NpgsqlCommand(FinishSql, connection))
        {
            finish.Parameters.Add(new NpgsqlParameter<Guid>("id", action.Id));
            finish.Parameters.Add(new NpgsqlParameter<int>("attempt", ending.Attempt));
            finish.Parameters.Add(new NpgsqlParameter<bool>("unsent", ending.OnlyIfUnsent));
            Text(finish, "state", ending.State.ToString().ToLowerInvariant());
            Text(finish, "sentence", ending.Sentence);
            Text(finish, "difference", ending.Difference.Count == 0 ? null : ActionJson.Of(ending.Difference));
            Text(finish, "version", ending.VersionAfter);
            if (await finish.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return null;
            }
        }

        if (ending.State == ActionState.Done)
        {
            await ActionMarks.ApplyAsync(connection, action, ending, cancellationToken);
        }

        return await AuditQueries.AddAsync(connection, Entry(action, ending.Who, ending.Reason, ending.Event, ending.Sentence), cancellationToken);
    }

    /// <summary>Empties the rows as they were of actions that nobody can undo any more; how many.</summary>
    public Task<int> ForgetAsync(CancellationToken cancellationToken) =>
        database.Now.Statements.ExecuteAsync(() => new NpgsqlCommand(ForgetSql) { Parameters = { new NpgsqlParameter<TimeSpan>("kept", Undoable) } }, cancellationToken);

    /// <summary>Throws a plan away; false when it was committed meanwhile.</summary>
    public async Task<bool> WithdrawAsync(Guid id, string by, CancellationToken cancellationToken) => await database.Now.Once.ExecuteAsync(
        () => new NpgsqlCommand(WithdrawSql) { Parameters = { new NpgsqlParameter<Guid>("id", id), new NpgsqlParameter<string>("sentence", $"Thrown away by {by}; nothing was done.") } },
        cancellationToken) == 1;

    /// <summary>A line of the audit about an action.</summary>
    internal static AuditEntry Entry(KeptAction action, Actor who, string? reason, string @event, string summary) => new(@event, who, summary)
    {
        Action = action.Id,
        Source = action.Plan.Source,
        Job = action.Plan.Job,
        Kind = action.Plan.Kind.Slug(),
        Reason = reason,
        Before = action.Before is { } before ? ActionJson.Of(before.Redacted().Cells) : null,
        After = action.Plan.Edit.After(action.Before) is { } after ? ActionJson.Of(after.Redacted().Cells) : null,
    };

    private async Task<IReadOnlyList<KeptAction>> ReadAsync(Func<NpgsqlCommand> command, CancellationToken cancellationToken) =>
        await database.Now.Statements.RowsAsync(command, Of, cancellationToken);

    private static KeptAction Of(NpgsqlDataReader reader)
    {
        string? At(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
        return new KeptAction
        {
            Id = reader.GetGuid(0),
            Plan = ActionJson.Plan(reader.GetString(1)),
            Before = At(2) is { } cells ? new RowImage { Cells = ActionJson.Cells(cells), Version = At(3) ?? "" } : null,
            State = Enum.Parse<ActionState>(reader.GetString(4), ignoreCase: true),
            MadeAt = reader.GetFieldValue<DateTimeOffset>(5),
            ExpiresAt = reader.GetFieldValue<DateTimeOffset>(6),
            IsExpired = reader.GetBoolean(7),
            PlannedBy = reader.GetString(8),
            Actor = At(9) is { } name ? new Actor(name, Roles.Find(At(10)) ?? Role.Viewer, At(11) ?? "", At(12)) : null,
            Reason = At(13),
            Attempt = reader.GetInt32(14),
            Committing = reader.IsDBNull(15) ? null : reader.GetFieldValue<TimeSpan>(15),
            Transaction = reader.IsDBNull(16) ? null : reader.GetInt64(16),
            FinishedAt = reader.IsDBNull(17) ? null : reader.GetFieldValue<DateTimeOffset>(17),
            Sentence = At(18),
            Difference = ActionJson.Changes(At(19)),
            VersionAfter = At(20),
            UndoneBy = reader.IsDBNull(21) ? null : reader.GetGuid(21),
            Operation = reader.IsDBNull(22) ? null : reader.GetGuid(22),
        };
    }

    private static void Id(NpgsqlCommand command, string name, Guid? id) => command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Uuid) { Value = id is { } value ? value : DBNull.Value });

    private static void Text(NpgsqlCommand command, string name, string? text) => command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Text) { Value = text is null ? DBNull.Value : text });
}

/// <summary>How an attempt at an action ended.</summary>
/// <param name="Attempt">Which.</param>
/// <param name="State">What the action is now; planned again where it may be tried once more.</param>
/// <param name="Event">For the audit.</param>
/// <param name="Who">Who did it.</param>
/// <param name="Reason">Why, as they said.</param>
/// <param name="Sentence">What became of it, for people.</param>
public sealed record Ending(int Attempt, ActionState State, string Event, Actor Who, string? Reason, string Sentence)
{
    /// <summary>How the row differed from the plan's.</summary>
    public IReadOnlyList<CellChange> Difference { get; init; } = [];

    /// <summary>The row's version it left behind.</summary>
    public string? VersionAfter { get; init; }

    /// <summary>Only if no transaction was noted: then nothing can have been changed, and nothing will be.</summary>
    public bool OnlyIfUnsent { get; init; }
}
