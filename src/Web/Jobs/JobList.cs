using Dashboard.Core.Backfill;
using Dashboard.Core.Verdicts;

namespace Dashboard.Web.Jobs;

/// <summary>
/// The jobs a search finds, and those shown in their order. What one change leaves where it was is not searched and sorted anew: of a thousand jobs only those
/// that changed are looked at. A test holds that both ways give the same.
/// </summary>
internal sealed class JobList
{
    private const int MostChanged = 64;

    private (StandingsSnapshot Standings, BacklogSnapshot? Backlogs, JobSearch Search, JobsView View)? made;
    private Dictionary<string, (int Found, int Shown)> places = [];

    /// <summary>What the search finds, in every state, in the order of the snapshot. The same list while it says the same.</summary>
    public IReadOnlyList<JobStanding> Found { get; private set; } = [];

    /// <summary>Those in the states that are shown, in their order. The same list while it says the same.</summary>
    public IReadOnlyList<JobStanding> Shown { get; private set; } = [];

    /// <summary>Lists the jobs of a snapshot.</summary>
    public void List(StandingsSnapshot standings, BacklogSnapshot backlogs, JobSearch search, JobsView view)
    {
        var next = (standings, view.Sort.Column is JobColumn.Backlog ? backlogs : null, search, view);
        if (made == next)
        {
            return;
        }

        if (made is not { } last || !ReferenceEquals(last.Backlogs, next.Item2) || last.Search != search || last.View != view || Changed(last.Standings, next) is not { } changed)
        {
            Anew(next);
        }
        else if (changed.Count > 0)
        {
            Replace(changed);
        }

        made = next;
    }

    // What changed without moving; null when something came, went or moved, or too much changed.
    private static List<JobStanding>? Changed(StandingsSnapshot before, (StandingsSnapshot Standings, BacklogSnapshot? Backlogs, JobSearch Search, JobsView View) next)
    {
        if (before.Jobs.Count != next.Standings.Jobs.Count)
        {
            return null;
        }

        List<JobStanding> changed = [];
        for (var i = 0; i < before.Jobs.Count; i++)
        {
            var (old, now) = (before.Jobs[i], next.Standings.Jobs[i]);
            if (ReferenceEquals(old, now))
            {
                continue;
            }

            var found = next.Search.Matches(now);
            if (old.Job.Name != now.Job.Name || next.Search.Matches(old) != found || (found && (old.State != now.State || !next.View.Sort.IsSame(old, now))) || changed.Count == MostChanged)
            {
                return null;
            }

            if (found)
            {
                changed.Add(now);
            }
        }

        return changed;
    }

    private void Anew((StandingsSnapshot Standings, BacklogSnapshot? Backlogs, JobSearch Search, JobsView View) next)
    {
        List<JobStanding> found = [.. next.Standings.Jobs.Where(next.Search.Matches)];
        var shown = next.View.Sort.Apply(found.Where(standing => next.View.ShowsState(standing.State)), next.Backlogs);
        places = found.Select((standing, place) => (standing.Job.Name, place)).ToDictionary(each => each.Name, each => (each.place, -1), StringComparer.Ordinal);
        for (var place = 0; place < shown.Count; place++)
        {
            places[shown[place].Job.Name] = (places[shown[place].Job.Name].Found, place);
        }

        (Found, Shown) = (found, shown);
    }

    private void Replace(List<JobStanding> changed)
    {
        JobStanding[] found = [.. Found];
        JobStanding[] shown = [.. Shown];
        foreach (var standing in changed)
        {
            var (place, shownAt) = places[standing.Job.Name];
            found[place] = standing;
            if (shownAt >= 0)
            {
                shown[shownAt] = standing;
            }
        }

        (Found, Shown) = (found, shown);
    }
}
