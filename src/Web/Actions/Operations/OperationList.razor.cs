using Dashboard.Core.Actions.Operations;
using Dashboard.Web.Layout;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.Actions.Operations;

/// <summary>The last operations of a source, read anew whenever one of them has moved.</summary>
public sealed partial class OperationList
{
    private (ShownSource Shown, OperationsSnapshot Seen)? read;
    private IReadOnlyList<Operation> operations = [];
    private string? trouble;

    /// <summary>What is under way.</summary>
    [Parameter, EditorRequired]
    public required OperationsSnapshot Seen { get; set; }

    /// <summary>The source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    [Inject]
    private OperatorOperations Operations { get; set; } = null!;

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (read is { } before && ReferenceEquals(before.Shown, Shown) && ReferenceEquals(before.Seen, Seen))
        {
            return;
        }

        read = (Shown, Seen);
        try
        {
            if (Authentication is null || (await Authentication).User.ToActor() is not { } who)
            {
                trouble = "You are not logged in.";
                return;
            }

            var answer = await Operations.RecentAsync(who, Shown.Source.Name, CancellationToken.None);
            (operations, trouble) = (answer.Value ?? [], answer.Because);
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            trouble = "The dashboard's own records are out of reach, so operations cannot be shown now.";
        }
    }
}
