using System.Runtime.InteropServices;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Core.Verdicts.Simulation;

namespace Dashboard.Core.Verdicts.Replay;

/// <summary>A chance that was stated: well by a moment, so likely.</summary>
/// <param name="Job">Which job.</param>
/// <param name="Said">When it was stated.</param>
/// <param name="By">By when it was to be well.</param>
/// <param name="Chance">How likely, from 0 to 1.</param>
/// <param name="What">What was stated: <c>likely</c>, <c>80 %</c> or <c>before page_by</c>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Promise(string Job, DateTimeOffset Said, DateTimeOffset By, double Chance, string What);

/// <summary>Every chance that was stated with a number, once for each failure it was stated after.</summary>
internal sealed class Promises
{
    private readonly Dictionary<string, (string Rule, int Failures)> stated = new(StringComparer.Ordinal);

    public List<Promise> All { get; } = [];

    public void At(DateTimeOffset now, VerdictSnapshot said)
    {
        foreach (var verdict in said.Jobs)
        {
            if (verdict.Heal is not { Grade: ForecastGrade.Measured or ForecastGrade.Thin } heal)
            {
                if (verdict.Heal is null)
                {
                    stated.Remove(verdict.Job);
                }

                continue;
            }

            if (stated.GetValueOrDefault(verdict.Job) == (verdict.Rule, heal.After))
            {
                continue;
            }

            stated[verdict.Job] = (verdict.Rule, heal.After);
            if (heal is { Likely: { } likely, LikelyChance: { } one })
            {
                All.Add(new Promise(verdict.Job, now, likely, one, "likely"));
            }

            if (heal is { By80: { } by80, By80Chance: { } two })
            {
                All.Add(new Promise(verdict.Job, now, by80, two, "80 %"));
            }

            if (heal.ByDeadline is { } three && verdict.PageBy is { } pageBy && pageBy > now)
            {
                All.Add(new Promise(verdict.Job, now, pageBy, three, "before page_by"));
            }
        }
    }

    /// <summary>Whether each was kept: well in time; left out where people ended the trouble, or the history ended, before the moment came.</summary>
    public static IEnumerable<(Promise Promise, bool Kept)> Kept(IEnumerable<Promise> promises, ILookup<string, DateTimeOffset> good, IReadOnlyList<Incident> truth, DateTimeOffset end)
    {
        foreach (var promise in promises)
        {
            DateTimeOffset? well = good[promise.Job].Where(at => at > promise.Said).Select(at => (DateTimeOffset?)at).FirstOrDefault();
            var byPeople = truth.FirstOrDefault(incident => incident.EndedBy == FaultEnd.Human && incident.Begin <= promise.Said && incident.Whole >= promise.Said && incident.Hit.Contains(promise.Job, StringComparer.Ordinal));
            if (byPeople is not null ? byPeople.Whole > promise.By : well is null || well > promise.By)
            {
                if (promise.By < end)
                {
                    yield return (promise, false);
                }
            }
            else if (byPeople is null)
            {
                yield return (promise, true);
            }
        }
    }
}
