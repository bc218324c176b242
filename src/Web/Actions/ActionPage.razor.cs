using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Dashboard.Web.Layout;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Npgsql;

namespace Dashboard.Web.Actions;

/// <summary>A plan: what it would do, the form that does it, and afterwards what became of it. It has its own address, so it can be sent to somebody who decides.</summary>
/// <remarks>Drawn once, without a circuit: what is being typed is never drawn over, and it works while live connections do not.</remarks>
public sealed partial class ActionPage
{
    private KeptAction? kept;
    private string? denied;
    private string? trouble;

    /// <summary>The plan's id.</summary>
    [Parameter]
    public Guid Id { get; set; }

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    [Inject]
    private OperatorActions Actions { get; set; } = null!;

    [Inject]
    private IAuthority Authority { get; set; } = null!;

    private string Word => kept!.State switch
    {
        ActionState.Done => "Done",
        ActionState.Stale => "Nothing was done: the row has changed",
        ActionState.Refused => "Refused",
        ActionState.Nothing => "Nothing was done",
        ActionState.Withdrawn => "Thrown away",
        ActionState.Unknown => "Not known",
        _ => "Under way",
    };

    private string Tone => kept!.State switch
    {
        ActionState.Done => "done",
        ActionState.Committing or ActionState.Unknown => "busy",
        _ => "refused",
    };

    private string Confirm => kept!.Plan.Kind switch
    {
        ActionKind.Backfill => $"Run {kept.Plan.Runs:#,0} slot{(kept.Plan.Runs == 1 ? "" : "s")}",
        ActionKind.Undo => "Put it back",
        _ => kept.Plan.Kind.Button(),
    };

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        (kept, denied, trouble) = (null, null, null);
        try
        {
            if (Authentication is null || (await Authentication).User.ToActor() is not { } who)
            {
                trouble = "You are not logged in.";
                return;
            }

            var answer = await Actions.FindAsync(who, Id, CancellationToken.None);
            if (answer.Value is not { } found)
            {
                trouble = answer.Because;
                return;
            }

            var permission = await Authority.AskAsync(who, OperatorActions.DeedOf(found.Plan), CancellationToken.None);
            (kept, denied) = (found, permission.Granted ? null : permission.Because);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException)
        {
            trouble = "The dashboard's own records are out of reach, so the plan cannot be shown. It is kept; try again when they are back.";
        }
    }

    // The same slots as before, be they as they may by now.
    private static BackfillChoice? Again(ActionPlan plan) => plan is { Kind: ActionKind.Backfill, Runs: > 0 } && plan.Slots.Any(slot => slot.WillRun) ? BackfillChoice.Of(SlotWish.All, [.. plan.Slots.Where(slot => slot.WillRun).Select(slot => slot.Slot)]) : null;

    private static bool MayUndo(ActionPlan plan) => plan.Edit.Kind != RowEditKind.None || plan.Kind == ActionKind.Acknowledge;
}
