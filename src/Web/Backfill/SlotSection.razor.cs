using Dashboard.Core.Backfill;
using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Backfill;

/// <summary>
/// The slots of a job: what became of each, and a plan for those somebody chooses. Window, choice and wish live in the URL, so whatever comes in live never
/// takes them away. Records are read once for a window; from then on it follows the feed.
/// </summary>
public sealed partial class SlotSection : IDisposable
{
    private readonly CancellationTokenSource closed = new();
    private JobSlotsAnswer? answer;
    private (ShownSource, string, DateTimeOffset, DateTimeOffset)? asked;
    private SlotLedger? ledger;
    private SlotLayout? layout;
    private IReadOnlyDictionary<DateTimeOffset, SlotCell> cells = new Dictionary<DateTimeOffset, SlotCell>();
    private BackfillPlan? plan;
    private string? notice;
    private string? said;
    private string evidence = "";

    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required JobStanding Standing { get; set; }

    /// <summary>What is looked at and chosen.</summary>
    [Parameter, EditorRequired]
    public required SlotView View { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    [Inject]
    private JobSlots Slots { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private bool IsPlain => ledger is { Facts.Schedule.Backfills: false };

    private DateTimeOffset Older => layout!.Slots.Count > 0 ? layout.Slots.First - TimeSpan.FromTicks(1) : DateTimeOffset.MinValue;

    // The newest window has no address of its own: it follows the clock.
    private DateTimeOffset? Newer
    {
        get
        {
            var end = View.Window!.Value + SlotLayout.Reach(ledger!.Grid.Step);
            return end >= ledger.Now ? null : end;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        closed.Cancel();
        closed.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (JobSlots.Facts(Shown, Standing) is not { } facts || SlotGrid.Of(facts.Schedule, facts.Row, JobSlots.Now(Shown)) is not { Error: null, Value: var grid })
        {
            (ledger, layout, plan, asked) = (null, null, null, null);
            notice = JobSlots.WhyUnknown(Shown, Standing.Job.Name);
            return;
        }

        var next = SlotLayout.For(grid, View.Window ?? grid.At(JobSlots.Now(Shown)) + grid.Step);
        var range = next.Slots.Count == 0 ? (JobSlots.Now(Shown), JobSlots.Now(Shown)) : (next.Slots.First, next.Slots[next.Slots.Count - 1]);
        range = View.Choice is { } choice ? (Earlier(range.Item1, choice.From), Later(range.Item2, choice.Until)) : range;
        var question = (Shown, Standing.Job.Name, range.Item1, range.Item2);
        if (asked == question && answer is not null)
        {
            Show(JobSlots.Again(Shown, Standing, answer), next);
            return;
        }

        asked = question;
        var read = await Slots.ReadAsync(Shown, Standing, range, closed.Token);

        // Somebody may have gone on while the records were read.
        if (asked == question)
        {
            Show(read, next);
        }
    }

    private void Show(JobSlotsAnswer read, SlotLayout next)
    {
        (answer, ledger, layout, notice) = (read, read.Ledger, next, read.Notice);
        if (ledger is null)
        {
            return;
        }

        // A young job has weeks behind it in which it did not exist.
        layout = View.Window is null ? next.From(slot => ledger.At(slot).State != SlotState.BeforeFirst) : next;
        cells = ledger.In(layout.Slots).ToDictionary(cell => cell.Slot);
        plan = View.Choice is { } choice && ledger.Facts.Schedule.Backfills ? BackfillPlan.For(ledger, choice, ledger.Now) : null;
        evidence = ledger.Facts.Definition is { CadenceKnown: Knowledge.Inferred, CadenceEvidence: { Length: > 0 } why } ? $", worked out from its history ({why.TrimEnd('.')})" : "";
    }

    private void Choose((DateTimeOffset From, DateTimeOffset Until)? range) => Go(View with { From = range?.From, Until = range?.Until });

    private void Wish(SlotWish wish) => Go(View with { Wish = wish });

    private void Say(DateTimeOffset slot) => said = ledger?.At(slot).Said(!IsPlain);

    // Each step of a choice replaces the address: going back leaves the page, not its last slot.
    private void Go(SlotView view) => Navigation.NavigateTo(Address(view), replace: true);

    private string Address(SlotView view) => Shown.Links.Job(Standing.Job.Name, slots: view);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
