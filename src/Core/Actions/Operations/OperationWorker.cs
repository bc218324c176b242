using System.Net.Sockets;
using System.Threading.Channels;
using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Requests;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Actions.Operations;

/// <summary>What the worker plans and acts with.</summary>
/// <param name="Facts">Reads a job.</param>
/// <param name="Actions">Keeps plans.</param>
/// <param name="Commit">Carries plans out.</param>
/// <param name="Authority">Who may, each time anew.</param>
public sealed record OperationTools(ActionFactsReader Facts, ActionQueries Actions, ActionCommit Commit, IAuthority Authority);

/// <summary>
/// Works on operations on many jobs, one job after the other: first plans each, and once somebody has agreed carries each plan out. It holds a lease on what it
/// works on, so that of many nodes one does; when that one stops, another goes on where it was.
/// </summary>
public sealed partial class OperationWorker(
    OperationQueries operations, OperationWork work, OperationTools tools, SourceDirectory sources, OwnDatabase own, TimeProvider clock, ILogger<OperationWorker> log)
    : BackgroundService
{
    private const int MostTries = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TryAgain = TimeSpan.FromMilliseconds(500);
    private readonly Guid node = Guid.NewGuid();
    private readonly Channel<bool> wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Called before each job, for tests.</summary>
    internal Func<OperationPart, Task> AtAsync { get; init; } = _ => Task.CompletedTask;

    /// <summary>There is something to do.</summary>
    public void Wake() => wakes.Writer.TryWrite(true);

    /// <summary>Works on everything there is to work on, and says what ended.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        while (await work.LeaseAsync(node, cancellationToken) is { } id)
        {
            try
            {
                if (!await WorkAsync(id, cancellationToken))
                {
                    break;
                }
            }
            finally
            {
                await work.LetGoAsync(id, node, CancellationToken.None);
            }
        }

        // A runner that is gone cannot say so itself, and may never come back.
        foreach (var source in await work.RunningSourcesAsync(cancellationToken))
        {
            await new SlotRequests(own.Now, source).SettleAsync(new RunnerOptions().Silence, cancellationToken);
        }

        foreach (var ended in await work.UnauditedAsync(cancellationToken))
        {
            await work.AuditAsync(ended, OperationWords.Ended(ended), cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception cause) when (cause is NpgsqlException or TimeoutException or SocketException or CommitInDoubtException)
            {
                LogAway(log, cause.Message);
            }

            using var enough = new CancellationTokenSource(Pause, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, enough.Token);
            try
            {
                await wakes.Reader.ReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
            {
                // Nobody woke it: it looks all the same, for what other nodes left.
            }
        }
    }

    // False when there is no sense in going on now.
    private async Task<bool> WorkAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await operations.FindAsync(id, cancellationToken) is not { } operation)
        {
            return true;
        }

        if (sources.Find(operation.Source) is not { } source || source.Name != operation.Source)
        {
            // Another node may know it.
            return false;
        }

        var planning = operation.State == OperationState.Planning;
        while (await work.StillAsync(id, node, operation.State, cancellationToken) && await work.NextAsync(id, planning ? "unplanned" : "planned", cancellationToken) is { } part)
        {
            await AtAsync(part);
            if (planning)
            {
                await PlanAsync(operation, source, part, cancellationToken);
            }
            else if (!await ActAsync(operation, source, part, cancellationToken))
            {
                return true;
            }
        }

        await (planning ? work.PlannedAsync(id, cancellationToken) : work.DoneAsync(id, cancellationToken));
        return true;
    }

    private async Task PlanAsync(Operation operation, Source source, OperationPart part, CancellationToken cancellationToken)
    {
        try
        {
            var known = await tools.Facts.ReadAsync(source, part.Name, null, cancellationToken);
            var plan = ActionPlan.For(new ActionWish(operation.Action, source.Name, part.Name) { Until = operation.Until }, known);
            if (plan.AsksForAdmin && plan.Refusal is null)
            {
                plan = plan with { Refusal = "Somebody seems to be at work under its lock: that is decided for one job by itself, by an admin." };
            }

            var action = Guid.CreateVersion7();
            await tools.Actions.SaveAsync(action, plan, known.Image, operation.MadeBy, operation.Id, cancellationToken);
            await work.PartAsync(
                operation.Id, part.Place, plan.Refusal is null ? "planned" : "refused", action,
                plan.Refusal ?? plan.Warnings.Where(warning => warning.IsGrave).Select(warning => warning.Text).FirstOrDefault(), cancellationToken);
        }
        catch (ActionRefusedException cause)
        {
            await work.PartAsync(operation.Id, part.Place, "refused", null, cause.Message, cancellationToken);
        }
    }

    // Who agreed to it must still be allowed to, at every job anew; false when they are not.
    private async Task<bool> ActAsync(Operation operation, Source source, OperationPart part, CancellationToken cancellationToken)
    {
        if (operation.Actor is not { } agreed || part.Action is not { } id || await tools.Actions.FindAsync(id, cancellationToken) is not { } action)
        {
            await work.PartAsync(operation.Id, part.Place, "unknown", null, "its plan is gone", cancellationToken);
            return true;
        }

        var permission = await tools.Authority.AskAsync(agreed, OperatorActions.DeedOf(action.Plan), cancellationToken);
        if (!permission.Granted)
        {
            await operations.ChangeAsync(
                operation, [OperationState.Active], OperationState.Paused, permission.Actor, AuditEvents.Denied, $"Paused, for {agreed.Name} may not go on: {permission.Because}", cancellationToken);
            return false;
        }

        var result = await TriedAsync(operation, action, source, permission.Actor, cancellationToken);
        await work.PartAsync(operation.Id, part.Place, State(result.Outcome), null, result.Outcome == ActionOutcome.Done ? null : result.Sentence, cancellationToken);
        return true;
    }

    private async Task<ActionResult> TriedAsync(Operation operation, KeptAction action, Source source, Actor who, CancellationToken cancellationToken)
    {
        for (var again = 1; ; again++)
        {
            try
            {
                var result = await tools.Commit.CarryOutAsync(action, source, who, operation.Reason ?? "", cancellationToken);
                if (result.Outcome != ActionOutcome.Busy || again == MostTries)
                {
                    return result;
                }
            }
            catch (ActionRefusedException cause)
            {
                return new ActionResult(action.Id, ActionOutcome.Refused, cause.Message);
            }

            await Task.Delay(TryAgain, clock, cancellationToken);
        }
    }

    private static string State(ActionOutcome outcome) => outcome switch
    {
        ActionOutcome.Done => "done",
        ActionOutcome.Stale => "stale",
        ActionOutcome.Busy => "busy",
        ActionOutcome.Refused => "refused",
        _ => "unknown",
    };

    [LoggerMessage(EventId = 2320, Level = LogLevel.Warning, Message = "Operations wait: the dashboard's own records are out of reach ({Reason})")]
    private static partial void LogAway(ILogger log, string reason);
}
