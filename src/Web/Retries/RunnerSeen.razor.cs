using System.Globalization;
using Dashboard.Core.Retries;
using Dashboard.Core.Ticks;
using Dashboard.Web.Components;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>When the runner of each source was heard of last; nothing where no tick is known.</summary>
public sealed partial class RunnerSeen
{
    /// <summary>All that was told.</summary>
    [Parameter, EditorRequired]
    public required RetriesSnapshot Retries { get; set; }

    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <summary>Of every source, not only of the one on screen.</summary>
    [Parameter]
    public bool All { get; set; }

    private IEnumerable<(string Source, Tick Tick)> Newest =>
        from pair in Retries.Ticks
        where pair.Value.Count > 0 && (All || pair.Key == Shown.Source.Name)
        orderby pair.Key
        select (pair.Key, pair.Value[0]);

    private static string Doing(Tick tick) => tick switch
    {
        { EndedAt: null, Running: { } job } => $", running {OneLine.Of(job, 80)}.",
        { EndedBecause: { } why } => $". Its tick ended early: {OneLine.Of(why, 200)}",
        { EndedAt: not null, ExitCode: { } code and not 0 } => string.Create(CultureInfo.InvariantCulture, $", its tick ended with exit code {code}."),
        _ => ".",
    };
}
