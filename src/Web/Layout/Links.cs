using Dashboard.Core.Verdicts;
using Dashboard.Web.Actions;
using Dashboard.Web.Backfill;
using Dashboard.Web.Components;
using Dashboard.Web.Dependencies;
using Dashboard.Web.Failures;
using Dashboard.Web.Jobs;
using Dashboard.Web.Retries;
using Dashboard.Web.Settings;

namespace Dashboard.Web.Layout;

/// <summary>
/// The address of every page, relative to the base. The only place that writes one: a job's name may be any text,
/// so nobody else puts it into a URL.
/// </summary>
/// <param name="source">The source to stay on; null for the default one, which addresses leave out.</param>
/// <param name="at">The moment to stay at, on the pages that can show one: Now, the graph and jobs; null for the present.</param>
public sealed class Links(string? source, DateTimeOffset? at = null)
{
    private const string NameParameter = "name";
    private const string JobFolder = "jobs/";

    /// <summary>The Now page.</summary>
    public string Now => With("", Moment(at));

    /// <summary>Who may come in.</summary>
    public string Access => With("settings/access", []);

    /// <summary>What the dashboard is configured with.</summary>
    public string Settings => With("settings", []);

    /// <summary>What it is configured with, as seen.</summary>
    public string SettingsOf(SettingsView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return With("settings", view.ToQuery());
    }

    /// <summary>The whole list.</summary>
    public string AllJobs => With("jobs", []);

    /// <summary>Who owes slots.</summary>
    public string Backfill => With("backfill", []);

    /// <summary>Who owes slots, as seen.</summary>
    public string Backlogs(BacklogView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return With("backfill", view.ToQuery());
    }

    /// <summary>What is owed, for other programs.</summary>
    /// <param name="format"><c>csv</c> or <c>json</c>.</param>
    public string BackfillApi(string format) => With("api/v1/backfill", [("format", format)]);

    /// <summary>The graph of dependencies and run order.</summary>
    public string Graph => With("graph", Moment(at));

    /// <summary>The graph as seen.</summary>
    public string GraphOf(GraphView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return With("graph", [.. view.ToQuery(), .. Moment(at)]);
    }

    /// <summary>The graph as it was at a moment.</summary>
    public string GraphAt(GraphView view, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(view);
        return With("graph", [.. view.ToQuery(), .. Moment(at)]);
    }

    /// <summary>What addresses of this source and moment carry, for a form that goes to one by itself.</summary>
    public IEnumerable<(string Name, string Value)> Carried => [.. source is null ? (IEnumerable<(string, string)>)[] : [("source", source)], .. Moment(at)];

    /// <summary>Failures by what they have in common.</summary>
    public string Failures => With("failures", []);

    /// <summary>The groups of failures as seen.</summary>
    public string FailureGroups(FailuresView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return With("failures", view.ToQuery());
    }

    /// <summary>One group of failures.</summary>
    public string Failure(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return With("failures/" + Uri.EscapeDataString(id), []);
    }

    /// <summary>What executors wait for.</summary>
    public string Retries => With("retries", []);

    /// <summary>What executors wait for, as seen.</summary>
    public string RetriesOf(RetriesView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return With("retries", view.ToQuery());
    }

    /// <summary>Crash stores, and what is copied between them.</summary>
    public string Stores => With("stores", []);

    /// <summary>A plan, or what became of it.</summary>
    public string Act(Guid id) => With($"act/{id:D}", []);

    /// <summary>Work of many parts, and how far it is.</summary>
    public string Operation(Guid id) => With($"operations/{id:D}", []);

    /// <summary>The last of them.</summary>
    public string AllOperations => With("operations", []);

    /// <summary>Who did what.</summary>
    public string Activity => With("activity", []);

    /// <summary>Who did what, as seen.</summary>
    public string ActivityOf(ActivityView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return With("activity", view.ToQuery());
    }

    /// <summary>An answer of the API about this source, to be downloaded.</summary>
    /// <param name="path">Below <c>api/v1/</c>.</param>
    /// <param name="query">Its parameters.</param>
    public string Export(string path, IEnumerable<(string Name, string Value)> query) => With("api/v1/" + path, query);

    /// <summary>The list as seen.</summary>
    public string Jobs(JobsView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return With("jobs", view.ToQuery());
    }

    /// <summary>The list of those in some states.</summary>
    public string Jobs(params IEnumerable<JobState> states) => Jobs(JobsView.Default with { States = [.. states] });

    /// <summary>One job.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="outcome">Only runs that ended so; null for all.</param>
    /// <param name="before">The cursor of an older page of runs; null for the newest.</param>
    /// <param name="slots">Which slots are looked at and chosen; null for the newest and none.</param>
    public string Job(string name, string? outcome = null, string? before = null, SlotView? slots = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        List<(string, string)> query = [];
        var path = name;
        if (IsLostInAPath(name))
        {
            path = "~";
            query.Add((NameParameter, name));
        }

        if (outcome is not null)
        {
            query.Add(("outcome", outcome));
        }

        if (before is not null)
        {
            query.Add(("before", before));
        }

        if (slots is not null)
        {
            query.AddRange(slots.ToQuery());
        }

        return With(JobFolder + Uri.EscapeDataString(path), [.. query, .. Moment(at)]);
    }

    /// <summary>A page as it was at a moment.</summary>
    /// <param name="job">The job; null for the Now page.</param>
    /// <param name="at">The moment.</param>
    public string At(string? job, DateTimeOffset at) =>
        job is null ? With("", Moment(at)) : IsLostInAPath(job) ? With(JobFolder + "~", [(NameParameter, job), .. Moment(at)]) : With(JobFolder + Uri.EscapeDataString(job), Moment(at));

    /// <summary>The name in an address <see cref="Job"/> wrote, or somebody typed.</summary>
    /// <param name="address">Absolute, or from the root, still escaped.</param>
    /// <param name="basePath">The path of the base, <c>/</c> at both ends.</param>
    public static string JobName(string address, string basePath = "/")
    {
        ArgumentNullException.ThrowIfNull(address);
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        var fromRoot = scheme < 0 ? address : address[Math.Max(address.IndexOf('/', scheme + 3), 0)..];
        var end = fromRoot.IndexOfAny(['?', '#']);
        var path = end < 0 ? fromRoot : fromRoot[..end];
        if (end >= 0 && fromRoot[end] == '?')
        {
            foreach (var pair in fromRoot[(end + 1)..].Split('#')[0].Split('&'))
            {
                if (pair.StartsWith($"{NameParameter}=", StringComparison.Ordinal))
                {
                    return Uri.UnescapeDataString(pair[(NameParameter.Length + 1)..].Replace('+', ' '));
                }
            }
        }

        var folder = basePath + JobFolder;
        return Uri.UnescapeDataString(path.StartsWith(folder, StringComparison.OrdinalIgnoreCase) ? path[folder.Length..] : path.TrimStart('/'));
    }

    // Browsers resolve dot segments, escaped or not, before anybody else sees them.
    private static bool IsLostInAPath(string name) => name.Length == 0 || name is "." or "..";

    private static IEnumerable<(string Name, string Value)> Moment(DateTimeOffset? at) =>
        at is { } moment ? [("at", moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", System.Globalization.CultureInfo.InvariantCulture))] : [];

    private string With(string path, IEnumerable<(string Name, string Value)> query)
    {
        IEnumerable<(string Name, string Value)> all = source is null ? query : [.. query, ("source", source)];
        var written = string.Join('&', all.Select(pair => $"{pair.Name}={Escape(pair.Value)}"));
        return written.Length == 0 ? path : $"{path}?{written}";
    }

    // Colons and commas are allowed in a query and keep it readable: state:failing, not state%3Afailing.
    private static string Escape(string value) =>
        Uri.EscapeDataString(value).Replace("%3A", ":", StringComparison.Ordinal).Replace("%2C", ",", StringComparison.Ordinal);
}
