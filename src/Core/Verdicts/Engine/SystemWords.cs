namespace Dashboard.Core.Verdicts.Engine;

/// <summary>Whether to page, in one sentence, and what else there is in a second one.</summary>
internal static class SystemWords
{
    public static (string Headline, string Then) Of(IReadOnlyList<RootVerdict> roots, IReadOnlyList<Verdict> jobs)
    {
        if (roots.Count == 0)
        {
            return (jobs.Count == 0 ? "No page: there are no jobs yet." : "No page: every job is on time.", "");
        }

        var first = roots[0];
        var pages = roots.Count(root => root.State == VerdictState.Page);
        var headline = first.State switch
        {
            VerdictState.Page => pages == 1 ? $"Page: {Named(first)}" : $"{pages} pages, first {Named(first)}",
            VerdictState.NeedsHumanLater => $"No page now: {Named(first)}",
            VerdictState.Watch => $"No page yet: {Named(first)}",
            _ => $"No page: {Named(first)}",
        };
        return (headline, Counts(roots, jobs));
    }

    private static string Named(RootVerdict root) => root.Job is null ? Lower(root.Headline) : $"{root.Root.Name}. {root.Headline}";

    private static string Counts(IReadOnlyList<RootVerdict> roots, IReadOnlyList<Verdict> jobs)
    {
        List<string> parts = [];
        Add(VerdictState.Page, "page", "pages");
        Add(VerdictState.NeedsHumanLater, "for working hours", "for working hours");
        Add(VerdictState.Watch, "watched", "watched");
        Add(VerdictState.Healing, "healing", "healing");
        Add(VerdictState.CatchingUp, "catching up", "catching up");
        Add(VerdictState.Recovering, "recovering", "recovering");
        var fine = jobs.Count(verdict => verdict.State == VerdictState.Ok);
        parts.Add($"{fine} fine");
        var waiting = roots.SelectMany(root => root.Waiting).Distinct(StringComparer.Ordinal).Count();
        var behind = roots.Count(root => root.Waiting.Count > 0);
        return string.Join(", ", parts) + (waiting > 0 ? $"; {VerdictWords.Count(waiting, "job waits", "jobs wait")}{(behind > 0 ? $" behind {VerdictWords.Count(behind, "root", "roots")}" : "")}." : ".");

        void Add(VerdictState state, string one, string many)
        {
            var count = roots.Count(root => root.State == state);
            if (count > 0)
            {
                parts.Add($"{count} {(count == 1 ? one : many)}");
            }
        }
    }

    private static string Lower(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
}
