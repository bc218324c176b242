using Dashboard.Core.Backfill;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>
/// Every job of a source. What is searched, filtered and sorted lives in the URL. While something is selected the list is held still:
/// newer snapshots are counted, not shown, until somebody asks.
/// </summary>
public sealed partial class JobsPage
{
    private readonly HashSet<string> selected = new(StringComparer.Ordinal);
    private JobsView view = JobsView.Default;
    private JobSearch search = JobSearch.Parse("");
    private readonly JobList list = new();
    private HeldList? held;
    private string? anchor;
    private ShownSource? heldOf;

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? States { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sort { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        view = JobsView.Parse(Text, States, Sort);
        search = JobSearch.Parse(view.Text);
        if (!ReferenceEquals(heldOf, Shown))
        {
            heldOf = Shown;
            Release();
        }
    }

    private bool InOrder => view.Sort.Column is JobColumn.Order;

    // Typing replaces the address: going back leaves the search, not its letters.
    private void Search(string text) => Navigation.NavigateTo(Shown.Links.Jobs(view with { Text = text }), replace: true);

    private void Select(RowChoice choice)
    {
        var standings = held?.Standings ?? Shown.Standings.Newest;
        held ??= new HeldList(standings, Shown.Backlogs.Newest, Shown.Now());
        var choosing = !selected.Contains(choice.Name);
        list.List(standings, held.Backlogs, search, view);
        foreach (var name in choice.Range && anchor is not null ? Between(list.Shown, anchor, choice.Name) : [choice.Name])
        {
            _ = choosing ? selected.Add(name) : selected.Remove(name);
        }

        anchor = choice.Name;
        if (selected.Count == 0)
        {
            Release();
        }
    }

    private static IEnumerable<string> Between(IReadOnlyList<JobStanding> jobs, string one, string other)
    {
        var names = jobs.Select(standing => standing.Job.Name).ToList();
        var (from, to) = (names.IndexOf(one), names.IndexOf(other));
        return from < 0 || to < 0 ? [other] : names[Math.Min(from, to)..(Math.Max(from, to) + 1)];
    }

    private void ShowNewest()
    {
        var newest = Shown.Standings.Newest;
        held = new HeldList(newest, Shown.Backlogs.Newest, Shown.Now());
        selected.IntersectWith(newest.Jobs.Select(standing => standing.Job.Name));
        if (selected.Count == 0)
        {
            Release();
        }
    }

    private void Release()
    {
        held = null;
        anchor = null;
        selected.Clear();
    }

    /// <summary>How many jobs came, went or stand otherwise since the list was held.</summary>
    private int Changes(StandingsSnapshot newest)
    {
        if (held is null || ReferenceEquals(held.Standings, newest))
        {
            return 0;
        }

        var before = held.Standings.Jobs.ToDictionary(standing => standing.Job.Name, StringComparer.Ordinal);
        var changed = newest.Jobs.Count(standing => !(before.Remove(standing.Job.Name, out var old) && ReferenceEquals(old, standing)));
        return changed + before.Count;
    }

    private void SelectAll(IReadOnlyList<JobStanding> shown) => selected.UnionWith(shown.Select(standing => standing.Job.Name));

    private bool IsAll(IReadOnlyList<JobStanding> shown) => selected.Count == shown.Count && shown.All(standing => selected.Contains(standing.Job.Name));

    private int HiddenSelected(IReadOnlyList<JobStanding> shown) => selected.Count - shown.Count(standing => selected.Contains(standing.Job.Name));

    private IEnumerable<JobStanding> Selected(StandingsSnapshot standings) => standings.Jobs.Where(standing => selected.Contains(standing.Job.Name));

    private string SelectionAddress() =>
        Navigation.ToAbsoluteUri(Shown.Links.Jobs(new JobsView { Text = string.Join(' ', selected.Order(StringComparer.Ordinal).Select(JobSearch.Exactly)) })).ToString();

    /// <summary>The list as it stood at the first selection.</summary>
    private sealed record HeldList(StandingsSnapshot Standings, BacklogSnapshot Backlogs, DateTimeOffset At);
}

/// <summary>A row was chosen or given back.</summary>
/// <param name="Name">The job.</param>
/// <param name="Range">With all rows from the one chosen before.</param>
public readonly record struct RowChoice(string Name, bool Range);
