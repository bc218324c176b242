using System.Globalization;
using System.Text;
using Dashboard.Core.Backfill;

namespace Dashboard.Web.Backfill;

/// <summary>A plan in words: on the page, and as Markdown for the incident channel.</summary>
internal static class PlanText
{
    /// <summary>What would be set and what the scheduler then does, in one sentence.</summary>
    public static string Does(BackfillPlan plan)
    {
        List<string> sets = [];
        if (plan.NewLastSuccess is { } success)
        {
            sets.Add($"last_success back to {BacklogWords.Moment(success)}");
        }

        if (plan.NewNextRun is { } next)
        {
            sets.Add($"next_run to {BacklogWords.Moment(next)}");
        }

        var how = sets.Count == 0 ? "Nothing need be set: the next run does it." : $"It takes setting {string.Join(" and ", sets)}.";
        return $"{how} {Runs(plan.Runs)}";
    }

    /// <summary>The plan as Markdown.</summary>
    public static string Markdown(string source, BackfillPlan plan)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"### Backfill of {Jobs.Markdown.Escape(plan.Job)}: {plan.Summary}\n");
        text.Append(CultureInfo.InvariantCulture, $"{Jobs.Markdown.Escape(source)}, as of {BacklogWords.Moment(plan.Now)}\n\n");
        if (plan.WillRun > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Jobs.Markdown.Escape(Does(plan))}\n\n");
        }

        foreach (var warning in plan.Warnings)
        {
            text.Append(CultureInfo.InvariantCulture, $"- {Jobs.Markdown.Escape(warning)}\n");
        }

        text.Append("\n| slot | state | plan |\n| --- | --- | --- |\n");
        foreach (var slot in plan.Listed)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {BacklogWords.Moment(slot.Cell.Slot)} | {slot.Cell.State.Word()} | {slot.Because} |\n");
        }

        if (plan.Listed.Count < plan.Chosen)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nThe first {plan.Listed.Count} of {BacklogWords.Count(plan.Chosen)}.\n");
        }

        return text.ToString();
    }

    private static string Runs(Slots slots) => slots.Count switch
    {
        0 => "",
        1 => $"The scheduler then runs 1 slot: {BacklogWords.Moment(slots.First)}.",
        <= 8 => $"The scheduler then runs {BacklogWords.Count(slots.Count)} in order: {string.Join(", ", slots.Select(BacklogWords.Moment))}.",
        _ => $"The scheduler then runs {BacklogWords.Count(slots.Count)} in order, from {BacklogWords.Moment(slots.First)} to {BacklogWords.Moment(slots.Last!.Value)}.",
    };
}
