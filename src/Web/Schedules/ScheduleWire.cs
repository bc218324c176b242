using Dashboard.Core.Configuration;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Web.Schedules;

/// <summary>When a job runs, for other programs.</summary>
/// <param name="AppName">The job.</param>
/// <param name="AppNameKnown">Where its name is from: a class names itself only in Python.</param>
/// <param name="Class">Its class or command as configured; null when only its row is known.</param>
/// <param name="Frequency">How often, as configured: 15m, 1h, 7d; null when not known.</param>
/// <param name="Time">At what time of day, UTC; null for none.</param>
/// <param name="Cadence">Both in words; null when not known.</param>
/// <param name="CadenceKnown">Where they are from.</param>
/// <param name="CadenceEvidence">Where that is, or what shows it, or why it is not known.</param>
/// <param name="Backfill">Whether it makes up for each slot it missed; null when not known.</param>
/// <param name="BackfillKnown">Where that is from.</param>
/// <param name="BackfillEvidence">Where that is, or what shows it, or why it is not known.</param>
/// <param name="DependsOn">Its parents, in the order the runner tests them.</param>
/// <param name="DependsOnKnown">Where they are from.</param>
public sealed record ScheduleWire(
    string AppName,
    Knowledge AppNameKnown,
    string? Class,
    string? Frequency,
    string? Time,
    string? Cadence,
    Knowledge CadenceKnown,
    string CadenceEvidence,
    bool? Backfill,
    Knowledge BackfillKnown,
    string BackfillEvidence,
    IReadOnlyList<string> DependsOn,
    Knowledge DependsOnKnown)
{
    /// <summary>A definition for other programs.</summary>
    public static ScheduleWire Of(JobDefinition job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new ScheduleWire(
            job.Name,
            job.NameKnown,
            job.ClassPath,
            job.Schedule?.Frequency,
            job.Schedule?.HasTime == true ? job.Schedule.Time : null,
            job.Schedule is { } schedule ? Core.Schedules.Cadence.Words(schedule) : null,
            job.CadenceKnown,
            job.CadenceEvidence,
            job.BackfillsKnown == Knowledge.Unknown ? null : job.Schedule?.Backfills,
            job.BackfillsKnown,
            job.BackfillsEvidence,
            job.DependsOn,
            job.DependsOnKnown);
    }
}

/// <summary>The schedules of a source, the scheduler's settings, and what is wrong with its configuration.</summary>
/// <param name="Source">The source.</param>
/// <param name="Configured">True when a configuration was read: then a row that is not among the jobs is a ghost. Otherwise all is inferred from history.</param>
/// <param name="Flavour">Whose rules hold.</param>
/// <param name="ErrorRetryTime">Seconds from the start of a failed run to the next try.</param>
/// <param name="MaxOngoingAge">Seconds, modulo a day, from which a lock is taken over.</param>
/// <param name="Faults">What is wrong; the rest is used.</param>
/// <param name="Jobs">As configured and in that order, or every row by name.</param>
public sealed record ScheduleBookWire(
    string Source, bool Configured, Flavour Flavour, TimeSpan ErrorRetryTime, TimeSpan MaxOngoingAge, IReadOnlyList<FaultWire> Faults, IReadOnlyList<ScheduleWire> Jobs)
{
    /// <summary>A book for other programs.</summary>
    public static ScheduleBookWire Of(ScheduleBook book)
    {
        ArgumentNullException.ThrowIfNull(book);
        return new ScheduleBookWire(
            book.Source, book.IsConfigured, book.Flavour, book.Settings.ErrorRetry, book.Settings.MaxOngoing, [.. book.Faults.Select(FaultWire.Of)], [.. book.Jobs.Select(ScheduleWire.Of)]);
    }
}

/// <summary>Something in the scheduler's configuration that is wrong.</summary>
/// <param name="File">The file, without its folder.</param>
/// <param name="Line">The line, from 1; null when it is about the whole file.</param>
/// <param name="Found">What stands there.</param>
/// <param name="Expected">What was expected instead.</param>
public sealed record FaultWire(string File, int? Line, string Found, string Expected)
{
    /// <summary>A fault for other programs.</summary>
    public static FaultWire Of(ConfigurationFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return new FaultWire(Path.GetFileName(fault.File), fault.Line, fault.Found, fault.Expected);
    }
}
