using Dashboard.Core.Monitoring;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Web.Verdicts;

/// <summary>The word and the colour of each verdict.</summary>
internal static class VerdictSaid
{
    public static string Word(this VerdictState state) => VerdictText.Word(state);

    public static string Words(VerdictFlag flag) => flag switch
    {
        VerdictFlag.Slow => "its runs grow long",
        VerdictFlag.TooFast => "its runs are shorter than they should be",
        VerdictFlag.Flapping => "it fails and succeeds by turns",
        VerdictFlag.Gap => "a run was left out",
        VerdictFlag.New => "it never ran",
        _ => "not configured any more",
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
