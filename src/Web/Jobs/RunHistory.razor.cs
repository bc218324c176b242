using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>The recent runs of a job, newest first, a page at a time; the page and the filter live in the URL.</summary>
public sealed partial class RunHistory
{
    private const int PageSize = 25;
    private static readonly (string? Slug, string Word)[] Outcomes = [(null, "All"), ("failed", "Failed"), ("succeeded", "Succeeded")];

    private List<Run> rows = [];
    private bool more;

    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required JobStanding Standing { get; set; }

    /// <summary>All jobs, for how far back the log was read.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <summary><c>failed</c>, <c>succeeded</c> or null for all.</summary>
    [Parameter]
    public string? Outcome { get; set; }

    /// <summary>Only runs before this one.</summary>
    [Parameter]
    public long? Before { get; set; }

    private string Scope => Standings switch
    {
        _ when Standing.History.Runs.Count == JobHistory.Kept => $"The latest {JobHistory.Kept} runs.",
        { RunsWhole: true } => "All its runs.",
        { RunsSince: { } since } => $"Runs since {Times.Absolute(since)}; the log was not read further back.",
        _ => "The log was not read yet.",
    };

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        var found = Standing.History.Runs.AsEnumerable();
        if (Before is { } id)
        {
            found = found.SkipWhile(run => run.Id != id).Skip(1);
        }

        RunOutcome? wanted = Outcome switch
        {
            "failed" => RunOutcome.Failure,
            "succeeded" => RunOutcome.Success,
            _ => null,
        };
        rows = [.. found.Where(run => wanted is null || run.Outcome == wanted).Take(PageSize + 1)];
        more = rows.Count > PageSize;
        if (more)
        {
            rows.RemoveAt(PageSize);
        }
    }
}
