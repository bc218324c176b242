namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>
/// What really was the matter, known only afterwards: one for each fault that anything came of. In a file: an array of these, <c>truth.json</c>. No verdict and no rival has a part in it.
/// </summary>
public sealed record Incident
{
    /// <summary>The fault's name; of lateness that no fault of the script explains, the job's.</summary>
    public required string Id { get; init; }

    /// <summary>The kind of fault; <c>unexplained</c> when none.</summary>
    public required string Kind { get; init; }

    /// <summary>The job or resource at fault; empty for the scheduler.</summary>
    public required string Target { get; init; }

    /// <summary>When the first run, attempt or tick came to harm.</summary>
    public required DateTimeOffset Begin { get; init; }

    /// <summary>When everything that had come to harm was well again, or the end of the simulation.</summary>
    public required DateTimeOffset Whole { get; init; }

    /// <summary>Who ended it.</summary>
    public required FaultEnd EndedBy { get; init; }

    /// <summary>Whether somebody's data was older than promised before it was over: the start of a last good run and twice the interval and a long run, at least an hour, had passed.</summary>
    public required bool Missed { get; init; }

    /// <summary>
    /// The latest moment to call people: half an hour, a long run and a tick before the first of those deadlines that a call at its very beginning could still have saved, but not before the job was due for two ticks; where none
    /// could be saved, half an hour after it began. Null when it was over before any of these moments.
    /// </summary>
    public DateTimeOffset? PageBy { get; init; }

    /// <summary>When two tries of it were over, or two ticks and a run had passed: before then nobody can be told it apart from a single failure.</summary>
    public required DateTimeOffset Seen { get; init; }

    /// <summary>Whether it was still on at the latest moment to call people, and passed by itself before the deadline: nobody could know that it would.</summary>
    public bool PassedTheGap { get; init; }

    /// <summary>The jobs that came to harm themselves.</summary>
    public required IReadOnlyList<string> Hit { get; init; }

    /// <summary>The jobs that were in its way: those, what depends on them, and where it holds up ticks what comes after them in run order.</summary>
    public required IReadOnlyList<string> Affected { get; init; }

    /// <summary>Two incidents that hit the same job at the same time, or of which another was in the way, too, of whom people had to be called for: which of them a page was for cannot be told, so it is reported apart.</summary>
    public bool Ambiguous { get; init; }

    /// <summary>People were needed: they ended it, or it missed a deadline before it passed.</summary>
    public bool NeededHuman => EndedBy == FaultEnd.Human || Missed;

    /// <summary>Whether a deadline was missed, or people ended it, although it was well again before anybody who had been called at its very beginning could have begun: then no call helps, however early.</summary>
    public bool BeyondHelp { get; init; }

    /// <summary>People had to be called: they were needed, and it was not over when the latest moment to call them came.</summary>
    public bool NeededPage => NeededHuman && PageBy is not null;
}
