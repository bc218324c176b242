using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Retries;
using Dashboard.Core.Schedules;
using Dashboard.Core.Ticks;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>All that a verdict is made of, as it was known at one moment.</summary>
public sealed record VerdictFacts
{
    /// <summary>Where every job stands.</summary>
    public required StandingsSnapshot Standings { get; init; }

    /// <summary>What the next tick does.</summary>
    public required TickSnapshot Tick { get; init; }

    /// <summary>What is owed.</summary>
    public required BacklogSnapshot Backlogs { get; init; }

    /// <summary>When jobs run, and the scheduler's own settings.</summary>
    public required ScheduleBook Book { get; init; }

    /// <summary>Streaks of retries of this source that are open.</summary>
    public IReadOnlyList<RetryStreak> Open { get; init; } = [];

    /// <summary>Streaks of retries of this source that ended lately, to learn from; the same one may come again.</summary>
    public IReadOnlyList<RetryStreak> Ended { get; init; } = [];

    /// <summary>Crash stores that are in trouble.</summary>
    public IReadOnlyList<StoreFact> Stores { get; init; } = [];

    /// <summary>Ticks that runners told of, the newest first.</summary>
    public IReadOnlyList<Tick> Ticks { get; init; } = [];

    /// <summary>Why the source is not seen, in one sentence; null while it is.</summary>
    public string? Trouble { get; init; }

    /// <summary>How old the last answer of the source is.</summary>
    public TimeSpan Age { get; init; }
}

/// <summary>How long to wait, and when people are there.</summary>
public sealed record VerdictSettings
{
    /// <summary>How long a human needs from the page to the remedy.</summary>
    public TimeSpan ResponseTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The least that data may be late before anybody minds.</summary>
    public TimeSpan LeastTolerance { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How fresh a job's data has to be, by its name; the others follow from their own schedule.</summary>
    public IReadOnlyDictionary<string, TimeSpan> FreshWithin { get; init; } = new Dictionary<string, TimeSpan>();

    /// <summary>The first hour of a working day.</summary>
    public TimeOnly StaffedFrom { get; init; } = new(9, 0);

    /// <summary>The end of a working day.</summary>
    public TimeOnly StaffedUntil { get; init; } = new(17, 0);

    /// <summary>Where the people are.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>The same in one sentence.</summary>
    public string Words => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"People need {ResponseTime.TotalMinutes:0} min and are there from Monday to Friday, {StaffedFrom:HH\\:mm} to {StaffedUntil:HH\\:mm} {Zone.Id}.");

    /// <summary>The present moment when people are there, else the next one when they are.</summary>
    public DateTimeOffset NextStaffed(DateTimeOffset now)
    {
        var local = TimeZoneInfo.ConvertTime(now, Zone);
        for (var day = 0; ; day++)
        {
            var date = local.Date.AddDays(day);
            if (date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)
            {
                continue;
            }

            var (from, until) = (Moment(date, StaffedFrom), Moment(date, StaffedUntil));
            if (now < until)
            {
                return now < from ? from : now;
            }
        }
    }

    // An hour that a change of clocks leaves out is taken to be the one after it.
    private DateTimeOffset Moment(DateTime date, TimeOnly time)
    {
        var local = DateTime.SpecifyKind(date + time.ToTimeSpan(), DateTimeKind.Unspecified);
        local = Zone.IsInvalidTime(local) ? local.AddHours(1) : local;
        return new DateTimeOffset(local, Zone.GetUtcOffset(local));
    }
}
