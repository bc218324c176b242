namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>For how long a fault kept a job from a good run, from what runs really did.</summary>
internal sealed class InTheWay
{
    private readonly SimulatedWorld world;
    private readonly Dictionary<string, int> places;
    private readonly ILookup<string, SimulatedScheduler.RecordedRun> byFault;

    public InTheWay(SimulatedWorld world, IReadOnlyList<SimulatedScheduler.RecordedRun> runs)
    {
        this.world = world;
        places = world.Order.Names.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.Ordinal);
        byFault = runs.SelectMany(run => run.Faults.Select(fault => (fault.Id, run))).ToLookup(pair => pair.Id, pair => pair.run, StringComparer.Ordinal);
    }

    /// <summary>
    /// For how long between two moments. What fails is out from its run until its next try, two ticks later, and with it all that depends on it; a run that goes on, or a lock, is in the way of all that come after it
    /// in run order for as long as it is held.
    /// </summary>
    public TimeSpan Of(Fault fault, HashSet<string> below, string job, DateTimeOffset from, DateTimeOffset until)
    {
        var (sum, reached) = (TimeSpan.Zero, from);
        foreach (var run in byFault[fault.Id].OrderBy(run => run.Start))
        {
            var own = below.Contains(job) || run.Job == job;
            if (!own && places[job] < places[run.Job])
            {
                continue;
            }

            var end = own && run.Failed ? run.End + (2 * world.Tick) : run.End;
            var begin = run.Start > reached ? run.Start : reached;
            sum += Overlap(begin, end, from, until);
            reached = end > reached ? end : reached;
        }

        return sum;
    }

    /// <summary>When the second run in a row of a job that a fault hit had failed; null when none did.</summary>
    public DateTimeOffset? SecondFailure(Fault fault) => byFault[fault.Id].Where(run => run.Failed).GroupBy(run => run.Job, StringComparer.Ordinal)
        .Select(of => of.OrderBy(run => run.End).Skip(1).Select(run => (DateTimeOffset?)run.End).FirstOrDefault()).Min();

    /// <summary>The length of what two spans of time share.</summary>
    public static TimeSpan Overlap(DateTimeOffset from, DateTimeOffset until, DateTimeOffset after, DateTimeOffset before)
    {
        var (begin, end) = (from > after ? from : after, until < before ? until : before);
        return end > begin ? end - begin : TimeSpan.Zero;
    }
}
