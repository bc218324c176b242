using Dashboard.Core.Ledger;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Ledger;

/// <summary>Every trouble with whether somebody was paged for it and how it ended, and how promises came out.</summary>
public sealed partial class LedgerSection
{
    private const int Most = 15;

    /// <summary>The source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    private static string Outcome(IncidentEntry entry) => entry.Incident switch
    {
        { PagedAt: not null } when entry.Sent.Count == 0 => "a page, and no channel to send it",
        { PagedAt: not null } => "paged",
        { WouldBePage: true } => "would have been a page; nothing was to be sent",
        { ClosedAt: null, State: VerdictState.NeedsHumanLater } => "a ticket so far",
        { ClosedAt: null } => "page withheld so far",
        { Worst: VerdictState.NeedsHumanLater } => "a ticket, no page",
        _ => "page withheld",
    };

    private static string Words(IncidentMark mark) => mark.Kind switch
    {
        IncidentMarkKind.Ack => "knew of it",
        IncidentMarkKind.Snooze => "kept it quiet",
        IncidentMarkKind.Needed => "said that a human was needed",
        _ => "said that no human was needed",
    };
}
