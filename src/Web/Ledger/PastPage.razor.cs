using Dashboard.Core.Ledger;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;
using Npgsql;

namespace Dashboard.Web.Ledger;

/// <summary>A page as it was at a moment: what was said then, of the whole or of one job, or that it was not kept. It never moves, so a post-mortem can link to it.</summary>
public sealed partial class PastPage : IDisposable
{
    private readonly CancellationTokenSource closed = new();
    private PastMoment? past;
    private string? trouble;
    private (ShownSource, string?, DateTimeOffset)? asked;

    /// <summary>The moment.</summary>
    [Parameter, EditorRequired]
    public required DateTimeOffset At { get; set; }

    /// <summary>The job; null for the whole.</summary>
    [Parameter]
    public string? Job { get; set; }

    /// <summary>What the page is of, where that is neither a job nor the whole; null for those.</summary>
    [Parameter]
    public string? Title { get; set; }

    /// <summary>The address of the present; null for that of the job, or of the whole.</summary>
    [Parameter]
    public string? Present { get; set; }

    /// <summary>What to show of a moment at which something was said; null for the words themselves.</summary>
    [Parameter]
    public RenderFragment<PastMoment>? ChildContent { get; set; }

    /// <summary>The source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    [Inject]
    private ILedgerReader Ledger { get; set; } = null!;

    /// <summary>The moment that stands in a URL; null when none does, or what stands there is none.</summary>
    public static DateTimeOffset? Read(string? text) => DateTimeOffset.TryParse(
        text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal, out var at) ? at : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        closed.Cancel();
        closed.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (asked == (Shown, Job, At))
        {
            return;
        }

        asked = (Shown, Job, At);
        try
        {
            (past, trouble) = (await Ledger.AtAsync(Shown.Source.Name, At, closed.Token), null);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException)
        {
            (past, trouble) = (null, "The dashboard's own records are out of reach, so what was said cannot be shown now.");
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The page closed.
        }
    }
}
