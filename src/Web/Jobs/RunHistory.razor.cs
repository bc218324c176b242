using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>
/// The runs of a job, newest first, a page at a time; page and filter live in the URL. The newest page is drawn from the feed, so it
/// follows each run and costs no query; older ones are read from the log when asked for.
/// </summary>
public sealed partial class RunHistory : IDisposable
{
    private const int PageSize = 25;
    private static readonly (string? Slug, string Word)[] Outcomes = [(null, "All"), ("failed", "Failed"), ("succeeded", "Succeeded")];

    private readonly CancellationTokenSource closed = new();
    private IReadOnlyList<Run> rows = [];
    private RunCursor? older;
    private string? notice;
    private string scope = "";
    private bool reading;
    private (ShownSource, string, string?, string?)? asked;

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

    /// <summary>The cursor of an older page; null for the newest.</summary>
    [Parameter]
    public string? Before { get; set; }

    [Inject]
    private RunHistories Histories { get; set; } = null!;

    private RunOutcome? Wanted => Outcome switch
    {
        "failed" => RunOutcome.Failure,
        "succeeded" => RunOutcome.Success,
        _ => null,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        closed.Cancel();
        closed.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (!RunCursor.TryParse(Before, out var cursor))
        {
            asked = null;
            reading = false;
            ShowNewest();
            return;
        }

        var question = (Shown, Standing.Job.Name, Outcome, Before);
        if (asked != question)
        {
            asked = question;
            reading = true;
            var page = await Histories.PageAsync(
                Shown.Source.Name, new RunPageRequest(Standing.Job.Name) { Cursor = cursor, Outcome = Wanted, Size = PageSize }, closed.Token);

            // Somebody may have gone on while the log was read.
            if (asked == question)
            {
                reading = false;
                (rows, older, notice) = (page.Runs, page.Older, page.Notice);
                scope = page.LookedBackTo is { } end ? $"Looked back to {Times.Absolute(end)}." : "";
            }
        }
    }

    private void ShowNewest()
    {
        var recent = Standing.History.Runs;
        var found = recent.Where(run => Wanted is null || run.Outcome == Wanted).ToList();
        rows = [.. found.Take(PageSize)];

        // All that is known may be all there is; else the log has older ones, after the last one shown or looked at.
        var last = found.Count > PageSize ? rows[^1] : recent.Count == 0 || (Standings.RunsWhole && recent.Count < JobHistory.Kept) ? null : recent[^1];
        older = last is null ? null : new RunCursor(last.Id, last.Place);
        notice = recent.Count == 0
            ? Standings.RunsWhole ? "The log has no run of this job." : "No run of this job in the part of the log that was read."
            : $"None of the latest {recent.Count} runs.";
        scope = older is not null ? "" : Standings.RunsWhole ? "All its runs." : Standings.RunsSince is { } since ? $"The log was read back to {Times.Absolute(since)}." : "";
    }
}
