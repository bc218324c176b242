using Dashboard.Core.Jobs;

namespace Dashboard.Core.Actions;

/// <summary>That somebody knows of a job's trouble.</summary>
/// <param name="Job">Which.</param>
/// <param name="By">Who.</param>
/// <param name="Reason">What they said.</param>
/// <param name="At">When.</param>
/// <param name="LastRun">The row's last run then.</param>
/// <param name="Ongoing">The row's lock then.</param>
public sealed record Acknowledgement(string Job, string By, string Reason, DateTimeOffset At, DateTimeOffset? LastRun, DateTimeOffset? Ongoing)
{
    /// <summary>The action.</summary>
    public Guid Action { get; init; }

    /// <summary>Whether it is still of this row: it lapses with the next run.</summary>
    public bool IsOf(Job row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.LastRun == LastRun && (row.Ongoing == Ongoing || row.Ongoing is null);
    }
}

/// <summary>What people have said of the jobs of one source: holds and acknowledgements. The same object as before when nothing changed.</summary>
public sealed record MarksSnapshot
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Jobs that are held, by name.</summary>
    public required IReadOnlyDictionary<string, JobHold> Holds { get; init; }

    /// <summary>What somebody knows of, by name; lapsed ones included until the runner's row is looked at.</summary>
    public required IReadOnlyDictionary<string, Acknowledgement> Acknowledged { get; init; }

    /// <summary>The hold of a job, while its end is to come.</summary>
    public JobHold? HoldOf(string job, DateTimeOffset now) => Holds.GetValueOrDefault(job) is { } hold && hold.Until > now ? hold : null;

    /// <summary>Every hold whose end is to come, the one that ends first first.</summary>
    public IReadOnlyList<JobHold> Held(DateTimeOffset now) => [.. Holds.Values.Where(hold => hold.Until > now).OrderBy(hold => hold.Until).ThenBy(hold => hold.Job, StringComparer.Ordinal)];

    /// <summary>The acknowledgement of a row, while it has not lapsed.</summary>
    public Acknowledgement? Of(Job row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Acknowledged.GetValueOrDefault(row.Name) is { } said && said.IsOf(row) ? said : null;
    }

    /// <summary>Nothing known yet.</summary>
    public static MarksSnapshot Empty(string source) => new() { Source = source, Holds = new Dictionary<string, JobHold>(), Acknowledged = new Dictionary<string, Acknowledgement>() };
}
