using Dashboard.Core.Dependencies;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;

namespace Dashboard.Web.Jobs;

/// <summary>
/// The search line, understood: <c>state:</c>, <c>job:</c>, <c>dep:</c>, <c>behind:</c> and <c>error:</c> with a word or a "quoted text", and plain
/// words. Tokens of one qualifier are alternatives, everything else narrows. <c>job:=name</c> means exactly that name; <c>behind:name</c> finds the
/// jobs that this one keeps from running.
/// </summary>
public sealed class JobSearch
{
    private readonly List<JobState> states = [];
    private readonly List<string> jobs = [];
    private readonly List<string> parents = [];
    private readonly List<string> roots = [];
    private readonly List<string> errors = [];
    private readonly List<string> words = [];
    private readonly List<string> problems = [];

    private JobSearch()
    {
    }

    /// <summary>What was not understood and therefore not used, one sentence each.</summary>
    public IReadOnlyList<string> Problems => problems;

    /// <summary>Reads a search line; never fails.</summary>
    public static JobSearch Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var search = new JobSearch();
        foreach (var (qualifier, value) in Tokens(line))
        {
            search.Add(qualifier, value);
        }

        return search;
    }

    /// <summary>A token that finds exactly this job.</summary>
    public static string Exactly(string name) => Exactly("job", name);

    /// <summary>A token that finds the jobs which this one keeps from running.</summary>
    public static string Behind(string name) => Exactly("behind", name);

    private static string Exactly(string qualifier, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return $"{qualifier}:\"={name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>Whether a job is meant.</summary>
    public bool Matches(JobStanding standing)
    {
        ArgumentNullException.ThrowIfNull(standing);
        return states.Count + jobs.Count + parents.Count + roots.Count + errors.Count + words.Count == 0 || Narrowed(standing);
    }

    private bool Narrowed(JobStanding standing)
    {
        var job = standing.Job;
        return (states.Count == 0 || states.Contains(standing.State))
            && (jobs.Count == 0 || jobs.Exists(wanted => Names(job.Name, wanted)))
            && (parents.Count == 0 || parents.Exists(wanted => job.DependsOn.Any(parent => Names(parent, wanted))))
            && (roots.Count == 0 || (standing.Tick is { IsHeld: true } tick && roots.Exists(wanted => tick.Root != job.Name && IsBehind(tick, wanted))))
            && (errors.Count == 0 || errors.Exists(wanted => HasError(standing, wanted)))
            && words.TrueForAll(word => Has(job.Name, word) || HasError(standing, word));
    }

    private static bool IsBehind(JobTick tick, string wanted) =>
        Names(tick.Root, wanted) || Names(tick.ParentRoot, wanted) || Names(tick.StarvedBy, wanted) || Names(tick.Parent?.Parent, wanted);

    private static bool Names(string? name, string wanted) => name is not null && (wanted is ['=', ..] ? name == wanted[1..] : Has(name, wanted));

    private static bool HasError(JobStanding standing, string wanted) =>
        standing.Job.LastError is { } error && (Has(error.Type, wanted) || Has(error.Value, wanted));

    private static bool Has(string text, string wanted) => text.Contains(wanted, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<(string? Qualifier, string Value)> Tokens(string line)
    {
        var at = 0;
        while (at < line.Length)
        {
            if (char.IsWhiteSpace(line[at]))
            {
                at++;
                continue;
            }

            var start = at;
            while (at < line.Length && char.IsAsciiLetter(line[at]))
            {
                at++;
            }

            string? qualifier = null;
            if (at > start && at < line.Length && line[at] == ':')
            {
                qualifier = line[start..at];
                at++;
            }
            else
            {
                at = start;
            }

            yield return (qualifier, Value(line, ref at));
        }
    }

    private static string Value(string line, ref int at)
    {
        var value = new System.Text.StringBuilder();
        if (at < line.Length && line[at] == '"')
        {
            for (at++; at < line.Length && line[at] != '"'; at++)
            {
                if (line[at] == '\\' && at + 1 < line.Length)
                {
                    at++;
                }

                value.Append(line[at]);
            }

            at++;
            return value.ToString();
        }

        for (; at < line.Length && !char.IsWhiteSpace(line[at]); at++)
        {
            value.Append(line[at]);
        }

        return value.ToString();
    }

    private void Add(string? qualifier, string value)
    {
        if (qualifier is null)
        {
            if (value.Length > 0)
            {
                words.Add(value);
            }

            return;
        }

        if (value.Length == 0)
        {
            problems.Add($"“{qualifier}:” waits for a value.");
            return;
        }

        switch (qualifier.ToUpperInvariant())
        {
            case "STATE" when StateWords.Parse(value) is { } state:
                states.Add(state);
                break;
            case "STATE":
                problems.Add($"“{value}” is no state; there are {string.Join(", ", StateWords.All.Select(state => state.Slug()))}.");
                break;
            case "JOB":
                jobs.Add(value);
                break;
            case "DEP":
                parents.Add(value);
                break;
            case "BEHIND":
                roots.Add(value);
                break;
            case "ERROR":
                errors.Add(value);
                break;
            default:
                problems.Add($"“{qualifier}:” is no qualifier; there are state:, job:, dep:, behind: and error:. To search for the text itself, quote it: \"{qualifier}:{value}\".");
                break;
        }
    }
}
