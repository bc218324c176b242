using Dashboard.Core.Actions.Operations;
using Dashboard.Web.Layout;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.Actions.Operations;

/// <summary>The last operations of a source, read on request.</summary>
public sealed partial class OperationsPage
{
    private IReadOnlyList<Operation> operations = [];
    private string? trouble;

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    [Inject]
    private OperatorOperations Operations { get; set; } = null!;

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
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
