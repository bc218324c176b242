using Dashboard.Core.Actions;
using Dashboard.Core.Failures;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Jobs;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Failures;

/// <summary>The groups, one in each row.</summary>
public sealed partial class FailureTable
{
    /// <summary>In order.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<FailureGroup> Groups { get; set; }

    /// <summary>The jobs they hit.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>The present view.</summary>
    [Parameter, EditorRequired]
    public required FailuresView View { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    private RowMarks[] Said(MarksSnapshot marks, FailureGroup group) =>
        [.. group.Jobs.Take(FailureRow.Most).Select(job => RowMarks.Of(marks, job.Name, job.FailingNow ? Standings.Find(job.Name)?.Job : null, Shown.Now()))];
}
