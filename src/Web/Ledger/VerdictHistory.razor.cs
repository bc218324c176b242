using Dashboard.Core.Ledger;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;
using Npgsql;

namespace Dashboard.Web.Ledger;

/// <summary>What was said of a job, newest first; each moment leads to the page as it was then. It is read when the page is opened.</summary>
public sealed partial class VerdictHistory : IDisposable
{
    private const int Most = 20;
    private readonly CancellationTokenSource closed = new();
    private IReadOnlyList<VerdictEvent> changes = [];
    private string? trouble;
    private (ShownSource, string)? asked;

    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required string Job { get; set; }

    /// <summary>The source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    [Inject]
    private ILedgerReader Ledger { get; set; } = null!;

    /// <inheritdoc/>
    public void Dispose()
    {
        closed.Cancel();
        closed.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (asked == (Shown, Job))
        {
            return;
        }

        asked = (Shown, Job);
        try
        {
            (changes, trouble) = (await Ledger.EventsAsync(Shown.Source.Name, Job, every: false, before: null, Most, closed.Token), null);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException)
        {
            (changes, trouble) = ([], "The dashboard's own records are out of reach, so what was said cannot be shown now.");
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The page closed.
        }
    }
}
