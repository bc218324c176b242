using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;

namespace Dashboard.Web.Jobs;

/// <summary>What of the list is looked at: it lives in the URL, and defaults are left out there.</summary>
public sealed record JobsView
{
    /// <summary>Everything, what needs somebody first.</summary>
    public static JobsView Default { get; } = new();

    /// <summary>The search line as typed.</summary>
    public string Text { get; init; } = "";

    /// <summary>Only jobs in these states; empty for all.</summary>
    public IReadOnlyList<JobState> States { get; init; } = [];

    /// <summary>The order.</summary>
    public JobSort Sort { get; init; }

    /// <summary>The view a URL names; what cannot be understood counts as not said.</summary>
    public static JobsView Parse(string? text, string? states, string? sort) => new()
    {
        Text = text ?? "",
        States = [.. (states ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(StateWords.Parse).OfType<JobState>().Distinct().Order()],
        Sort = JobSort.Parse(sort),
    };

    /// <summary>The parameters of its URL.</summary>
    public IEnumerable<(string Name, string Value)> ToQuery()
    {
        if (Text.Length > 0)
        {
            yield return ("q", Text);
        }

        if (States.Count > 0)
        {
            yield return ("state", string.Join(',', States.Order().Select(state => state.Slug())));
        }

        if (Sort != default)
        {
            yield return ("sort", Sort.Slug);
        }
    }

    /// <summary>With one state more, or less when it was already chosen.</summary>
    public JobsView Toggled(JobState state) =>
        this with { States = States.Contains(state) ? [.. States.Where(chosen => chosen != state)] : [.. States.Append(state).Order()] };

    /// <summary>Whether a job is in one of the chosen states.</summary>
    public bool ShowsState(JobState state) => States.Count == 0 || States.Contains(state);
}
