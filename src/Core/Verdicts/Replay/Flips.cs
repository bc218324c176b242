using Dashboard.Core.Verdicts.Engine;
using Dashboard.Core.Verdicts.Simulation;

namespace Dashboard.Core.Verdicts.Replay;

/// <summary>
/// Changes of mind while a job is ill: what was to heal by itself does not any more, or what needed people is to heal after all. That something which was watched is decided is none.
/// </summary>
internal sealed class Flips
{
    private readonly Dictionary<string, VerdictState> last = new(StringComparer.Ordinal);
    private readonly List<(string Job, DateTimeOffset At)> all = [];

    public void At(DateTimeOffset now, VerdictSnapshot said)
    {
        foreach (var verdict in said.Jobs)
        {
            var before = last.GetValueOrDefault(verdict.Job);
            if (before == verdict.State)
            {
                continue;
            }

            last[verdict.Job] = verdict.State;
            var promised = before is VerdictState.Healing && verdict.State is VerdictState.Watch or VerdictState.NeedsHumanLater or VerdictState.Page && before is VerdictState.Healing;
            var called = before is VerdictState.Page or VerdictState.NeedsHumanLater && verdict.State is VerdictState.Healing or VerdictState.Watch && before is VerdictState.Page or VerdictState.NeedsHumanLater;
            if (promised || called)
            {
                all.Add((verdict.Job, now));
            }
        }
    }

    /// <summary>How many there were for each incident: of the job of it that had the most.</summary>
    public IEnumerable<int> Of(IReadOnlyList<Incident> truth)
    {
        var byJob = all.ToLookup(flip => flip.Job, flip => flip.At, StringComparer.Ordinal);
        return truth.Select(incident => incident.Hit.Select(job => byJob[job].Count(at => at >= incident.Begin && at <= incident.Whole)).DefaultIfEmpty().Max());
    }
}
