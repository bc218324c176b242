using System.Numerics;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>When a job runs, word for word as it is configured. What is wrong with the words shows only where the scheduler uses them.</summary>
/// <param name="Frequency">How often: <c>1d</c>.</param>
/// <param name="Time">At what time of day, UTC; null or empty for none.</param>
/// <param name="Backfills">True when the job makes up for each slot it missed, false when one run is enough.</param>
/// <param name="Flavour">Whose rules.</param>
public sealed record Schedule(string Frequency, string? Time, bool Backfills, Flavour Flavour = Flavour.Crontabber)
{
    /// <summary>The seconds between two runs, or what the scheduler says to the words.</summary>
    public Answer<BigInteger> Seconds => Schedules.Frequency.Seconds(Frequency, Flavour);

    /// <summary>The length between two runs, or what the scheduler says to the words.</summary>
    public Answer<TimeSpan> Interval => Seconds.Then(PythonTime.Interval);

    /// <summary>Whether a time of day is given.</summary>
    public bool HasTime => TimeOfDay.IsGiven(Time);

    /// <summary>The moment with the time of day put in, where there is one.</summary>
    public Answer<DateTimeOffset> AtItsTime(DateTimeOffset moment) =>
        HasTime ? TimeOfDay.Read(Time!, Flavour).Then(time => time.PutInto(moment)) : moment.ToUniversalTime();

    /// <summary>A schedule known only by its length and time, not by the words of a configuration.</summary>
    public static Schedule Of(TimeSpan interval, TimeOnly? time, bool backfills, Flavour flavour)
    {
        var minutes = (long)interval.TotalMinutes;
        var frequency = minutes % 1440 == 0 ? $"{minutes / 1440}d" : minutes % 60 == 0 ? $"{minutes / 60}h" : $"{minutes}m";
        return new Schedule(frequency, time?.ToString("HH\\:mm", System.Globalization.CultureInfo.InvariantCulture), backfills, flavour);
    }
}

/// <summary>The settings of a scheduler that hold for all its jobs.</summary>
/// <param name="ErrorRetry">How long after the start of a failed run the job is tried again.</param>
/// <param name="MaxOngoing">From this age on, modulo a day, a lock is taken over.</param>
/// <param name="Flavour">Whose rules.</param>
public sealed record SchedulerSettings(TimeSpan ErrorRetry, TimeSpan MaxOngoing, Flavour Flavour)
{
    /// <summary>crontabber's defaults: <c>error_retry_time=300</c>, <c>max_ongoing_age_hours=12.0</c>.</summary>
    public static SchedulerSettings Crontabber { get; } = new(TimeSpan.FromSeconds(300), TimeSpan.FromHours(12), Flavour.Crontabber);

    /// <summary>Socorro's constants: <c>ERROR_RETRY_TIME</c> and <c>MAX_ONGOING</c>.</summary>
    public static SchedulerSettings Socorro { get; } = new(TimeSpan.FromSeconds(60), TimeSpan.FromHours(2), Flavour.Socorro);

    /// <summary>The defaults of a flavour.</summary>
    public static SchedulerSettings For(Flavour flavour) => flavour == Flavour.Socorro ? Socorro : Crontabber;
}
