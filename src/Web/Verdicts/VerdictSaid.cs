using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Web.Verdicts;

/// <summary>The word and the colour of each verdict.</summary>
internal static class VerdictSaid
{
    public static string Word(this VerdictState state) => state switch
    {
        VerdictState.Ok => "On time",
        VerdictState.CatchingUp => "Catching up",
        VerdictState.Recovering => "Recovering",
        VerdictState.Healing => "Healing",
        VerdictState.Blocked => "Waits",
        VerdictState.Watch => "Watch",
        VerdictState.NeedsHumanLater => "Working hours",
        VerdictState.Page => "Page",
        _ => "Blind",
    };

    public static string Tone(this VerdictState state) => state switch
    {
        VerdictState.Ok => "tone-waiting",
        VerdictState.CatchingUp or VerdictState.Recovering or VerdictState.Healing => "tone-due",
        VerdictState.Blocked => "tone-blocked",
        VerdictState.Watch or VerdictState.NeedsHumanLater => "tone-overdue",
        VerdictState.Page => "tone-failing",
        _ => "tone-never-run",
    };
}
