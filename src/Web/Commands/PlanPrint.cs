using System.Globalization;
using System.Text;
using Dashboard.Core.Actions;

namespace Dashboard.Web.Commands;

/// <summary>A plan as it stands in a terminal: what the page of the same plan says, in the same order.</summary>
internal static class PlanPrint
{
    private const int MostSlots = 50;

    public static string Of(ActionPlan plan)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{plan.Kind.Button()}: {OneLine(plan.Job)} in {plan.Source}");
        if (plan.Refusal is { } refusal)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Nothing to do. {OneLine(refusal)}");
            Slots(plan, text);
            return text.ToString();
        }

        text.AppendLine(OneLine(plan.Summary));
        foreach (var warning in plan.Warnings)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {(warning.IsGrave ? "Careful: " : "! ")}{OneLine(warning.Text)}");
        }

        foreach (var change in plan.Changes)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {change.Column}: {OneLine(change.Before ?? "NULL")} -> {OneLine(change.After ?? "NULL")}");
        }

        Slots(plan, text);
        if (plan.Then.Length > 0)
        {
            text.AppendLine(OneLine(plan.Then));
        }

        foreach (var effect in plan.Effects)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {OneLine(effect.Job)}: {OneLine(effect.After)}");
        }

        return text.ToString();
    }

    private static void Slots(ActionPlan plan, StringBuilder text)
    {
        foreach (var slot in plan.Slots.Take(MostSlots))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {(slot.WillRun ? "runs        " : "does not run")} {slot.Slot.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z  {OneLine(slot.Because)}");
        }

        if (plan.Slots.Count > MostSlots)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  … and {plan.Slots.Count - MostSlots} more");
        }
    }

    // What strangers wrote moves no cursor and colours no terminal.
    internal static string OneLine(string text) => new([.. (text.Length > 500 ? text[..500] + "…" : text).Select(letter => char.IsControl(letter) ? ' ' : letter)]);
}
