using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Operations;
using Dashboard.Core.Backfill;
using Dashboard.Web.Layout;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.Actions.Operations;

/// <summary>An operation and its parts, read anew when its counts have changed; whether one may still look is asked each time.</summary>
public sealed partial class OperationSheet
{
    private (Guid Id, Operation? Seen)? read;
    private OperationView? view;
    private string? denied;
    private string? trouble;

    /// <summary>The operation's id.</summary>
    [Parameter, EditorRequired]
    public required Guid Id { get; set; }

    /// <summary>What is known of it while it lives; null before and afterwards.</summary>
    [Parameter]
    public Operation? Seen { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    [Inject]
    private OperatorOperations Operations { get; set; } = null!;

    [Inject]
    private IAuthority Authority { get; set; } = null!;

    private int Ended => OperationWords.Ended(view!.Operation.State, view.Operation.Progress);

    private string Word => view!.Operation.State switch
    {
        OperationState.Planning => "Looking at each job; nothing is changed",
        OperationState.Planned => "Nothing was changed yet",
        OperationState.Active => "Under way",
        OperationState.Paused => "Paused",
        OperationState.Done => "All of it has ended",
        OperationState.Cancelled => "The rest was cancelled",
        _ => "Thrown away",
    };

    private string Consequence
    {
        get
        {
            var (operation, careful) = (view!.Operation, view.Parts.Count(part => part is { State: "planned", Because: not null }));
            return $"{operation.Progress.Running} of {operation.Progress.Total} change, one after the other; {operation.Progress.Left} stay as they are. A job whose row moves before its turn is left as it is."
                + (careful == 0 ? "" : $" Careful: {careful} of them say below what is lost or may run twice.");
        }
    }

    // What failed, once nothing of it is under way.
    private BackfillChoice? RunAgain => view is { Operation: { IsOfSlots: true, IsLive: false, Progress.Failed: > 0 } } found
        ? BackfillChoice.Of(SlotWish.All, [.. found.Parts.Where(part => part.State is "failed" or "lost").Select(part => part.Slot!.Value)])
        : null;

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (read == (Id, Seen) && view is not null)
        {
            return;
        }

        read = (Id, Seen);
        try
        {
            if (Authentication is null || (await Authentication).User.ToActor() is not { } who)
            {
                (view, trouble) = (null, "You are not logged in.");
                return;
            }

            var answer = await Operations.FindAsync(who, Id, CancellationToken.None);
            (view, trouble) = (answer.Value, answer.Because);
            denied = view is null || await Authority.AskAsync(who, OperatorOperations.DeedOf(view.Operation), CancellationToken.None) is { Granted: true } ? null : "That takes the role operator. Ask an operator.";
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            // What was read last stays; the next change is read again.
            trouble = "The dashboard's own records are out of reach, so it cannot be shown. It is kept; try again when they are back.";
        }
    }

    private static string Mark(string state) => state switch
    {
        "done" => "✓",
        "running" => "▶",
        "failed" or "lost" or "stale" or "busy" or "unknown" => "✗",
        "waiting" or "planned" or "unplanned" => "○",
        _ => "–",
    };
}
