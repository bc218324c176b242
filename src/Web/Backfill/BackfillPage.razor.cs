using System.Globalization;
using Dashboard.Core.Backfill;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Backfill;

/// <summary>Who owes what, since when and until when.</summary>
public sealed partial class BackfillPage
{
    private BacklogView view = BacklogView.Default;

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "show")]
    private string? Show { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sort { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet() => view = BacklogView.Parse(Show, Sort);

    private static string Sentence(BacklogSnapshot backlogs)
    {
        if (backlogs.AsOf is null)
        {
            return "What is owed is being reckoned.";
        }

        var behind = backlogs.Jobs.Where(backlog => backlog.IsBehind).ToList();
        if (behind.Count == 0)
        {
            return backlogs.Jobs.Count == 0 ? "No job is known to make up for missed slots." : "Nothing is owed.";
        }

        var slots = behind.Where(backlog => !backlog.Owed.IsEndless).Sum(backlog => backlog.Owed.Count);
        return string.Create(CultureInfo.InvariantCulture, $"{behind.Count} {(behind.Count == 1 ? "job owes" : "jobs owe")} {BacklogWords.Count(slots)}.");
    }

    private static string Watched(BacklogSnapshot backlogs)
    {
        if (backlogs.AsOf is null)
        {
            return "It appears here by itself as soon as the schedules are known.";
        }

        var plain = backlogs.Plain switch
        {
            0 => "",
            1 => " 1 other runs once when it is late, whatever it missed.",
            _ => $" {backlogs.Plain} others run once when they are late, whatever they missed.",
        };
        return backlogs.Jobs.Count == 0 ? $"Slots owed appear here as soon as a job is known to backfill: from the scheduler's configuration, or from its runs.{plain}" : $"{backlogs.Jobs.Count} {(backlogs.Jobs.Count == 1 ? "job makes" : "jobs make")} up for missed slots and {(backlogs.Jobs.Count == 1 ? "is" : "are")} watched.{plain}";
    }
}
