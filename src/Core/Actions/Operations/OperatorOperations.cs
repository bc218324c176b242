using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Actions.Operations;

/// <summary>
/// The one way to act on many jobs at once, and to pause, resume and cancel what is under way, for pages and the API alike. Each call first asks whether who calls
/// may, now; whoever may not leaves a line in the audit.
/// </summary>
public sealed class OperatorOperations(IAuthority authority, DeedPace pace, SourceDirectory sources, OperationQueries operations, OperationWorker worker, OperationsMonitor monitor, AuditQueries audit)
{
    /// <summary>So many jobs at most.</summary>
    public const int MostJobs = 2_000;

    private const string None = "There is no such operation. Those that nobody commits are kept for two days.";

    /// <summary>The actions that can be done on many jobs: a backfill is of slots of one.</summary>
    public static IReadOnlyList<ActionKind> Kinds { get; } = [.. ActionWords.Askable.Where(kind => kind != ActionKind.Backfill)];

    /// <summary>Begins to plan an action on many jobs; nothing is changed.</summary>
    /// <param name="who">Who wants it.</param>
    /// <param name="source">In which source.</param>
    /// <param name="kind">What.</param>
    /// <param name="jobs">The jobs, in the order in which they are acted on.</param>
    /// <param name="chosen">How they were chosen, in a few words.</param>
    /// <param name="until">The end of a hold.</param>
    /// <param name="cancellationToken">To stop.</param>
    public async Task<ActionAnswer<Operation>> MakeAsync(
        Actor who, string? source, ActionKind kind, IReadOnlyCollection<string> jobs, string chosen, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(who);
        ArgumentNullException.ThrowIfNull(jobs);
        if (await authority.AskAsync(who, Deeds.Plan, cancellationToken) is { Granted: false } denied)
        {
            return ActionAnswer.Denied<Operation>(denied.Because);
        }

        string[] names = [.. jobs.Distinct(StringComparer.Ordinal)];
        if (sources.Find(source) is not { } found)
        {
            return ActionAnswer.No<Operation>($"There is no source '{source}'.");
        }

        if (Wrong(kind, names, until) is { } wrong)
        {
            return ActionAnswer.No<Operation>(wrong);
        }

        if (ActionAnswer.TooMuch<Operation>(pace, who) is { } wait)
        {
            return wait;
        }

        var id = Guid.CreateVersion7();
        await operations.MakeAsync(id, found.Name, kind, until, names, $"{kind.Button()} {Plans.PlanWords.Count(names.Length, "job")}: {chosen}.", who.Name, cancellationToken);
        worker.Wake();
        return await operations.FindAsync(id, cancellationToken) is { } made ? ActionAnswer.Of<Operation>(made) : ActionAnswer.No<Operation>("It could not be kept.");
    }

    /// <summary>An operation with its parts.</summary>
    public async Task<ActionAnswer<OperationView>> FindAsync(Actor who, Guid id, CancellationToken cancellationToken) =>
        await authority.AskAsync(who, Deeds.Read, cancellationToken) is { Granted: false } denied ? ActionAnswer.Denied<OperationView>(denied.Because)
        : await operations.FindAsync(id, cancellationToken) is { } found ? ActionAnswer.Of<OperationView>(new OperationView(found, await operations.PartsAsync(id, cancellationToken)))
        : ActionAnswer.Missing<OperationView>(None);

    /// <summary>The last ones of a source, newest first.</summary>
    public async Task<ActionAnswer<IReadOnlyList<Operation>>> RecentAsync(Actor who, string? source, CancellationToken cancellationToken) =>
        await authority.AskAsync(who, Deeds.Read, cancellationToken) is { Granted: false } denied ? ActionAnswer.Denied<IReadOnlyList<Operation>>(denied.Because)
        : sources.Find(source) is { } found ? ActionAnswer.Of<IReadOnlyList<Operation>>(await operations.RecentAsync(found.Name, cancellationToken))
        : ActionAnswer.No<IReadOnlyList<Operation>>($"There is no source '{source}'.");

    /// <summary>Agrees to what was planned: from then on it is carried out, whoever looks on.</summary>
    /// <param name="who">Who agrees.</param>
    /// <param name="id">Which.</param>
    /// <param name="reason">Why; kept with every action of it.</param>
    /// <param name="count">The number of jobs that will change, as typed.</param>
    /// <param name="cancellationToken">To give up before it begins.</param>
    public async Task<ActionAnswer<Operation>> CommitAsync(Actor who, Guid id, string? reason, int? count, CancellationToken cancellationToken)
    {
        var (operation, permission, no) = await AskedAsync(who, id, reason, cancellationToken);
        if (no is not null)
        {
            return no;
        }

        var wrong = operation switch
        {
            { State: OperationState.Planning } => "Its jobs are still being looked at.",
            { State: not OperationState.Planned } => "It was committed already, or thrown away.",
            { Progress.Running: 0 } => "There is nothing to do in any of these jobs.",
            _ when string.IsNullOrWhiteSpace(reason) => "Say why: the reason is kept with every action.",
            _ when reason.Trim().Length > OperatorActions.LongestReason => $"The reason is longer than {OperatorActions.LongestReason} characters.",
            _ when count != operation.Progress.Running => $"Type the number of jobs that change, {operation.Progress.Running}, to go on.",
            _ => null,
        };
        if (wrong is not null)
        {
            return ActionAnswer.No<Operation>(wrong);
        }

        if (ActionAnswer.TooMuch<Operation>(pace, who) is { } wait)
        {
            return wait;
        }

        if (!await operations.CommitAsync(operation, permission.Actor with { Session = who.Session, Key = who.Key }, reason!.Trim(), cancellationToken))
        {
            return ActionAnswer.No<Operation>("It is too old, or somebody else was faster: look at it again.");
        }

        worker.Wake();
        return await SeenAsync(operation, cancellationToken);
    }

    /// <summary>Lets nothing further of it begin; what is under way ends.</summary>
    public Task<ActionAnswer<Operation>> PauseAsync(Actor who, Guid id, CancellationToken cancellationToken) =>
        ChangeAsync(who, id, [OperationState.Active], OperationState.Paused, AuditEvents.Paused, name => $"Paused by {name}.", cancellationToken);

    /// <summary>Lets it go on.</summary>
    public Task<ActionAnswer<Operation>> ResumeAsync(Actor who, Guid id, CancellationToken cancellationToken) =>
        ChangeAsync(who, id, [OperationState.Paused], OperationState.Active, AuditEvents.Resumed, _ => null, cancellationToken);

    /// <summary>Cancels what has not begun.</summary>
    public Task<ActionAnswer<Operation>> CancelAsync(Actor who, Guid id, CancellationToken cancellationToken) =>
        ChangeAsync(who, id, [OperationState.Active, OperationState.Paused], OperationState.Cancelled, AuditEvents.Cancelled, name => $"The rest was cancelled by {name}.", cancellationToken);

    /// <summary>Throws it away before anything was done.</summary>
    public Task<ActionAnswer<Operation>> WithdrawAsync(Actor who, Guid id, CancellationToken cancellationToken) => ChangeAsync(
        who, id, [OperationState.Planning, OperationState.Planned], OperationState.Withdrawn, AuditEvents.Cancelled, name => $"Thrown away by {name}; nothing was done.", cancellationToken);

    /// <summary>What it takes to commit, pause, resume or cancel an operation.</summary>
    public static Deed DeedOf(Operation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return OperatorActions.DeedOf(operation.Action);
    }

    private async Task<ActionAnswer<Operation>> ChangeAsync(
        Actor who, Guid id, IReadOnlyList<OperationState> from, OperationState to, string @event, Func<string, string?> because, CancellationToken cancellationToken)
    {
        var (operation, permission, no) = await AskedAsync(who, id, null, cancellationToken);
        if (no is not null)
        {
            return no;
        }

        if (operation.Kind == OperationKind.Row)
        {
            return ActionAnswer.No<Operation>("The scheduler makes up for these slots by itself, in one run: nobody can pause or cancel it from here. Until it begins, what set its row back can be undone.");
        }

        if (ActionAnswer.TooMuch<Operation>(pace, who) is { } wait)
        {
            return wait;
        }

        if (!await operations.ChangeAsync(operation, from, to, permission.Actor, @event, because(who.Name), cancellationToken))
        {
            return ActionAnswer.No<Operation>($"It is {OperationQueries.Word((await operations.FindAsync(id, cancellationToken))?.State ?? operation.State)} by now: look at it again.");
        }

        worker.Wake();
        return await SeenAsync(operation, cancellationToken);
    }

    // Not found, or not allowed: the answer. Otherwise the operation, and who asks with the role they have now.
    private async Task<(Operation Operation, Permission Permission, ActionAnswer<Operation>? No)> AskedAsync(Actor who, Guid id, string? reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(who);
        if (await operations.FindAsync(id, cancellationToken) is not { } operation)
        {
            var read = await authority.AskAsync(who, Deeds.Read, cancellationToken);
            return (null!, read, read.Granted ? ActionAnswer.Missing<Operation>(None) : ActionAnswer.Denied<Operation>(read.Because));
        }

        var permission = await authority.AskAsync(who, DeedOf(operation), cancellationToken);
        if (!permission.Granted)
        {
            await audit.AddAsync(OperationQueries.Entry(operation, permission.Actor, reason, AuditEvents.Denied, permission.Because), cancellationToken);
            return (operation, permission, ActionAnswer.Denied<Operation>(permission.Because));
        }

        return (operation, permission, null);
    }

    private async Task<ActionAnswer<Operation>> SeenAsync(Operation operation, CancellationToken cancellationToken)
    {
        await monitor.LookAsync(operation.Source, cancellationToken);
        return ActionAnswer.Of<Operation>(await operations.FindAsync(operation.Id, cancellationToken) ?? operation);
    }

    private static string? Wrong(ActionKind kind, string[] names, DateTimeOffset? until) => kind switch
    {
        _ when !Kinds.Contains(kind) => $"{kind.Button()} is not done on many jobs at once.",
        _ when names.Length == 0 => "No job was chosen.",
        _ when names.Length > MostJobs => $"{names.Length:#,0} jobs are more than the {MostJobs:#,0} that can be acted on at once: narrow the search.",
        ActionKind.Hold when until is null => "A hold needs an end.",
        _ => null,
    };
}
