using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;

namespace Dashboard.Web.Dependencies;

/// <summary>What of the graph is looked at: it lives in the URL, and defaults are left out there.</summary>
public sealed record GraphView
{
    /// <summary>The farthest neighbourhood that can be asked for.</summary>
    public const int MostHops = 9;

    private const int UsualHops = 2;

    /// <summary>Everything.</summary>
    public static GraphView Default { get; } = new();

    /// <summary>Part of the names that stand out.</summary>
    public string Text { get; init; } = "";

    /// <summary>The states that stand out; empty for all.</summary>
    public IReadOnlyList<JobState> States { get; init; } = [];

    /// <summary>Only what hangs together with this job; null for everything.</summary>
    public string? Focus { get; init; }

    /// <summary>How many steps around it.</summary>
    public int Hops { get; init; } = UsualHops;

    /// <summary>The view a URL names; what cannot be understood counts as not said.</summary>
    public static GraphView Parse(string? text, string? states, string? focus, string? hops) => new()
    {
        Text = text ?? "",
        States = [.. (states ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(StateWords.Parse).OfType<JobState>().Distinct().Order()],
        Focus = string.IsNullOrEmpty(focus) ? null : focus,
        Hops = int.TryParse(hops, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var steps) ? Math.Clamp(steps, 1, MostHops) : UsualHops,
    };

    /// <summary>The parameters of its URL.</summary>
    public IEnumerable<(string Name, string Value)> ToQuery()
    {
        if (Focus is not null)
        {
            yield return ("focus", Focus);
            if (Hops != UsualHops)
            {
                yield return ("hops", Hops.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        if (Text.Length > 0)
        {
            yield return ("q", Text);
        }

        if (States.Count > 0)
        {
            yield return ("state", string.Join(',', States.Order().Select(state => state.Slug())));
        }
    }

    /// <summary>With one state more, or less when it was already chosen.</summary>
    public GraphView Toggled(JobState state) =>
        this with { States = States.Contains(state) ? [.. States.Where(chosen => chosen != state)] : [.. States.Append(state).Order()] };

    /// <summary>Whether something is looked for at all.</summary>
    public bool Seeks => Text.Length > 0 || States.Count > 0;

    /// <summary>Whether a node is what is looked for.</summary>
    public bool Finds(string name, JobState? state) =>
        (Text.Length == 0 || name.Contains(Text, StringComparison.OrdinalIgnoreCase)) && (States.Count == 0 || (state is { } known && States.Contains(known)));
}
