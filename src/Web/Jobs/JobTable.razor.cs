using System.Globalization;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Operations;
using Dashboard.Core.Backfill;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.Jobs;

/// <summary>
/// The list itself. Up to a hundred rows are all there; of a longer list only those in sight, between two spacers. (The framework's own
/// Virtualize writes inline styles, which our content security policy forbids.)
/// </summary>
public sealed partial class JobTable : IAsyncDisposable
{
    private readonly ElementScript script = new("./js/rows.js");
    private readonly DotNetObjectReference<JobTable> self;
    private ElementReference table;
    private RowWindow sight = new(0, RowWindow.Small, 46);
    private RowWindow window;
    private BacklogSnapshot? indexed;
    private IReadOnlyDictionary<string, Backlog> backlogs = new Dictionary<string, Backlog>();

    /// <summary>Ready to be told by the browser what is in sight.</summary>
    public JobTable() => self = DotNetObjectReference.Create(this);

    /// <summary>The jobs, filtered and sorted.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<JobStanding> Jobs { get; set; }

    /// <summary>What they owe.</summary>
    [Parameter]
    public BacklogSnapshot? Backlogs { get; set; }

    /// <summary>The names of those selected.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlySet<string> Selected { get; set; }

    /// <summary>The present view, for the headings.</summary>
    [Parameter, EditorRequired]
    public required JobsView View { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <summary>The job at which a tick ends, where the rows are in run order; null otherwise.</summary>
    [Parameter]
    public string? EndsAt { get; set; }

    /// <summary>What people have said of them.</summary>
    [Parameter]
    public MarksSnapshot? Marks { get; set; }

    /// <summary>What is under way.</summary>
    [Parameter]
    public OperationsSnapshot? Operations { get; set; }

    /// <summary>A row was chosen or given back.</summary>
    [Parameter]
    public EventCallback<RowChoice> OnSelect { get; set; }

    [Inject]
    private IJSRuntime Browser { get; set; } = null!;

    private RowMarks Said(JobStanding standing) => RowMarks.Of(Marks, standing.Job.Name, standing.Job, Shown.Now()) with
    {
        Operation = Operations is { } busy && busy.ByJob.TryGetValue(standing.Job.Name, out var operation) ? operation : null,
    };

    /// <summary>The browser says which rows are in sight.</summary>
    [JSInvokable]
    public void InSight(int first, int count, double rowHeight)
    {
        sight = new RowWindow(first, count, rowHeight);
        var next = sight.Of(Jobs.Count);
        if (next != window)
        {
            window = next;
            StateHasChanged();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await script.DisposeAsync();
        self.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        window = sight.Of(Jobs.Count);
        if (!ReferenceEquals(indexed, Backlogs))
        {
            indexed = Backlogs;
            backlogs = Backlogs?.Jobs.ToDictionary(backlog => backlog.Job, StringComparer.Ordinal) ?? [];
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await script.WatchAsync(Browser, table, self);
        }
    }

    private Backlog? Owed(JobStanding standing) => backlogs.GetValueOrDefault(standing.Job.Name);

    private string Height(int rows) => (rows * sight.RowHeight).ToString("0.#", CultureInfo.InvariantCulture);
}
