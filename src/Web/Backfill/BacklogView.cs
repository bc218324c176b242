using Dashboard.Core.Backfill;

namespace Dashboard.Web.Backfill;

/// <summary>What of the backlogs is looked at: it lives in the URL, and defaults are left out there.</summary>
/// <param name="All">With the jobs that owe nothing, or nothing late.</param>
/// <param name="Sort">By what: <c>owed</c>, <c>since</c>, <c>job</c> or <c>eta</c>.</param>
public sealed record BacklogView(bool All, string Sort)
{
    /// <summary>What an order is called when none is named: the most owed first.</summary>
    public const string MostOwed = "owed";

    /// <summary>What is behind, the most owed first.</summary>
    public static BacklogView Default { get; } = new(false, MostOwed);

    /// <summary>The orders and what they are called.</summary>
    public static IReadOnlyList<(string Slug, string Word)> Sorts { get; } = [(MostOwed, "Most owed"), ("since", "Owed longest"), ("eta", "Over first"), ("job", "Name")];

    /// <summary>The view a URL names; what cannot be understood counts as not said.</summary>
    public static BacklogView Parse(string? show, string? sort) => new(show == "all", Sorts.Any(known => known.Slug == sort) ? sort! : MostOwed);

    /// <summary>The parameters of its URL.</summary>
    public IEnumerable<(string Name, string Value)> ToQuery()
    {
        if (All)
        {
            yield return ("show", "all");
        }

        if (Sort != MostOwed)
        {
            yield return ("sort", Sort);
        }
    }

    /// <summary>The backlogs of this view in its order; equal ones by name.</summary>
    public IReadOnlyList<Backlog> Apply(IEnumerable<Backlog> backlogs)
    {
        var shown = backlogs.Where(backlog => All || backlog.IsBehind);
        var sorted = Sort switch
        {
            "since" => shown.OrderBy(backlog => backlog.Owed.Count == 0 ? DateTimeOffset.MaxValue : backlog.Owed.First),
            "eta" => shown.OrderBy(backlog => backlog.Eta?.At ?? DateTimeOffset.MaxValue),
            "job" => shown.OrderBy(backlog => backlog.Job, StringComparer.Ordinal),
            _ => shown.OrderByDescending(backlog => backlog.Owed.Count).ThenBy(backlog => backlog.State),
        };
        return [.. sorted.ThenBy(backlog => backlog.Job, StringComparer.Ordinal)];
    }
}
