using Dashboard.Core.Access;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.Access;

/// <summary>Who is in, by what, and how that ends. Everybody sees their own sessions; an admin sees all, and the keys.</summary>
public sealed partial class AccessPage : IDisposable
{
    private const string OutOfReach = "The dashboard's own records are out of reach: who may come in cannot be read or changed now. Try again in a moment.";
    private readonly CancellationTokenSource closed = new();
    private AccessView? view;
    private AccessOutcome? outcome;
    private string trouble = "";
    private string name = "";
    private string role = KeyRoles.Viewer;
    private int days = 90;

    [CascadingParameter]
    private Task<AuthenticationState> Login { get; set; } = null!;

    [Inject]
    private AccessDesk Desk { get; set; } = null!;

    /// <inheritdoc/>
    public void Dispose()
    {
        closed.Cancel();
        closed.Dispose();
    }

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => ReadAsync();

    private static string Remedy(Role role) => role switch
    {
        Role.Viewer => "You see everything and change nothing: to act, ask an admin to make you an operator.",
        Role.Operator => "You see everything and act on jobs.",
        _ => "You say who may come in.",
    };

    private Task MakeAsync() => ActAsync(async me =>
    {
        var made = await Desk.MakeKeyAsync(me, name, role, TimeSpan.FromDays(days), closed.Token);
        if (made.Done)
        {
            name = "";
        }

        return made;
    });

    private Task RevokeAsync(ApiKey key) => ActAsync(me => Desk.RevokeKeyAsync(me, key.Name, closed.Token));

    private Task EndAsync(Session session) => ActAsync(me => Desk.EndSessionAsync(me, session.Id, closed.Token));

    private Task EndEverywhereAsync(Session session) => ActAsync(me => Desk.EndEverywhereAsync(me, session.Id, closed.Token));

    private Task BarAsync(Session session) => ActAsync(me => Desk.BarAsync(me, session.Id, closed.Token));

    private Task AdmitAsync(Barred person) => ActAsync(me => Desk.AdmitAsync(me, person, closed.Token));

    private async Task ActAsync(Func<Actor, Task<AccessOutcome>> act)
    {
        try
        {
            outcome = await MeAsync() is { } me ? await act(me) : new AccessOutcome(false, "You are not logged in.");
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            outcome = new AccessOutcome(false, OutOfReach);
        }

        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            view = await MeAsync() is { } me ? await Desk.ViewAsync(me, closed.Token) : null;
            trouble = view is null ? "You are not logged in any more." : "";
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            // What was read before stays: it says nothing that could be done now.
            trouble = OutOfReach;
        }
    }

    private async Task<Actor?> MeAsync() => (await Login).User.ToActor();
}
