using System.Text.Json;
using Dashboard.Web.Jobs;
using Dashboard.Web.Layout;

namespace Dashboard.Web.Actions.Operations;

/// <summary>The jobs an action on many is for: named one by one, or all that a search finds at this moment.</summary>
internal static class JobChoice
{
    /// <summary>Names as a form carries them: longer than this they would not go through, and the search is sent in their place.</summary>
    public const int LongestNames = 24_000;

    /// <summary>All that a search line and states find, in the order of their names, and how they were chosen.</summary>
    public static (IReadOnlyList<string> Names, string Chosen) Matching(ShownSource source, string? text, string? states)
    {
        var view = JobsView.Parse(text, states, null);
        var search = JobSearch.Parse(view.Text);
        string[] names = [.. source.Standings.Newest.Jobs.Where(standing => search.Matches(standing) && view.ShowsState(standing.State)).Select(standing => standing.Job.Name).Order(StringComparer.Ordinal)];
        var said = string.Join(' ', (string[])[.. view.Text.Trim() is { Length: > 0 } typed ? [typed.Length > 200 ? typed[..200] + "…" : typed] : (string[])[], .. view.States.Select(state => $"state:{Components.StateWords.Slug(state)}")]);
        return (names, said.Length == 0 ? "all jobs" : $"all that match {said}");
    }

    /// <summary>Names as one field of a form.</summary>
    public static string Field(IEnumerable<string> names) => JsonSerializer.Serialize(names.Order(StringComparer.Ordinal));

    /// <summary>Reads that field; null when it is none.</summary>
    public static IReadOnlyList<string>? Parse(string? field)
    {
        try
        {
            return string.IsNullOrEmpty(field) || JsonSerializer.Deserialize<string?[]>(field) is not { } names || names.Contains(null) ? null : [.. names.OfType<string>()];
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
