using Dashboard.Core.Monitoring;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Web.Verdicts;

/// <summary>The word and the colour of each verdict.</summary>
internal static class VerdictSaid
{
    public static string Word(this VerdictState state) => VerdictText.Word(state);

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
