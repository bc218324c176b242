using Dashboard.Core.Dependencies;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Dependencies;

/// <summary>The jobs in the order a tick goes through them, with what it does with each and the place where it ends early. Those that are not due are counted only.</summary>
public sealed partial class RunLane
{
    /// <summary>More than this nobody reads; the list has them all.</summary>
    private const int Most = 120;

    private readonly List<Step> steps = [];
    private List<JobTick> ghosts = [];
    private int more;

    /// <summary>What the next tick does.</summary>
    [Parameter, EditorRequired]
    public required TickSnapshot Tick { get; set; }

    /// <summary>Where the jobs stand.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        steps.Clear();
        more = 0;
        var standings = Standings.Jobs.ToDictionary(standing => standing.Job.Name, StringComparer.Ordinal);
        ghosts = [.. Tick.Jobs.Where(job => job.Outcome is TickOutcome.Ghost).Take(Most)];
        var quiet = 0;
        foreach (var job in Tick.Jobs.Where(job => job.Outcome is not TickOutcome.Ghost))
        {
            if (job.Outcome is TickOutcome.NotDue)
            {
                quiet++;
                continue;
            }

            Pause(ref quiet, job.Place ?? 0);
            if (steps.Count < Most)
            {
                steps.Add(new Step(job, standings.GetValueOrDefault(job.Name), 0, job.Place ?? 0));
            }
            else
            {
                more++;
            }
        }

        Pause(ref quiet, int.MaxValue);
    }

    private void Pause(ref int quiet, int place)
    {
        if (quiet > 0 && steps.Count < Most)
        {
            steps.Add(new Step(null, null, quiet, place));
        }

        quiet = 0;
    }

    private sealed record Step(JobTick? Job, JobStanding? Standing, int Quiet, int From);
}
