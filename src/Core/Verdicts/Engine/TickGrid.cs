using Dashboard.Core.Ticks;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>When ticks of the scheduler begin, and how that is known.</summary>
/// <param name="Step">From one to the next, as a rule.</param>
/// <param name="LongStep">What nine of ten gaps keep to.</param>
/// <param name="Because">How that is known, in one sentence.</param>
public sealed record TickGrid(TimeSpan Step, TimeSpan LongStep, string Because)
{
    private const int FewestTicks = 5;
    private const int FewestStarts = 8;
    private const int MostJobs = 50;
    private const int MostRuns = 20;
    private const double Nearly = 0.9;
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan SameTick = TimeSpan.FromSeconds(30);
    private static readonly int[] Minutes = [15, 10, 5, 2, 1];

    /// <summary>The last tick that was told of; null where none is.</summary>
    public DateTimeOffset? Last { get; init; }

    /// <summary>From ticks that were told of, else from the minutes at which runs began, else as cron is usually set.</summary>
    /// <param name="told">Ticks, the newest first.</param>
    /// <param name="jobs">Jobs with their runs.</param>
    public static TickGrid Of(IReadOnlyList<Tick> told, IReadOnlyList<JobStanding> jobs)
    {
        ArgumentNullException.ThrowIfNull(told);
        ArgumentNullException.ThrowIfNull(jobs);
        var starts = told.Select(tick => tick.StartedAt).Order().ToArray();
        return starts.Length >= FewestTicks ? FromTicks(starts) : FromRuns(jobs) ?? new TickGrid(Usual, Usual, "how often it ticks is not known: five minutes, as cron is usually set");
    }

    /// <summary>The first tick strictly after a moment, and not before now.</summary>
    public DateTimeOffset After(DateTimeOffset moment, DateTimeOffset now)
    {
        var from = moment > now ? moment : now;
        var origin = Last ?? DateTimeOffset.UnixEpoch;
        if (DateTimeOffset.MaxValue - from < Step + Step)
        {
            return DateTimeOffset.MaxValue;
        }

        var passed = Math.Floor((from - origin) / Step);
        return origin + ((passed + 1) * Step);
    }

    /// <summary>How long after the tick before it a moment is.</summary>
    public TimeSpan Since(DateTimeOffset moment)
    {
        var passed = (moment - (Last ?? DateTimeOffset.UnixEpoch)).Ticks % Step.Ticks;
        return TimeSpan.FromTicks(passed < 0 ? passed + Step.Ticks : passed);
    }

    private static TickGrid FromTicks(DateTimeOffset[] starts)
    {
        var gaps = starts.Zip(starts.Skip(1), (one, next) => next - one).Where(gap => gap > TimeSpan.Zero).Order().ToArray();
        if (gaps.Length == 0)
        {
            return new TickGrid(Usual, Usual, "how often it ticks is not known: five minutes, as cron is usually set") { Last = starts[^1] };
        }

        var (middle, nine) = (gaps[gaps.Length / 2], gaps[Math.Min(gaps.Length - 1, (int)(gaps.Length * Nearly))]);
        middle = middle < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : middle;
        if (OnTheMinute(middle, starts) is { } cron)
        {
            return new TickGrid(cron.Step, nine < cron.Step + StartsWithin ? cron.Step : nine, $"measured from {gaps.Length} gaps between ticks") { Last = cron.Last };
        }

        return new TickGrid(middle, nine < middle ? middle : nine, $"measured from {gaps.Length} gaps between ticks") { Last = starts[^1] };
    }

    // Cron rings on the minute, and a tick is told of some seconds later, now more, now less: what is foretold is the minute, and as much later as usual.
    private static (TimeSpan Step, DateTimeOffset Last)? OnTheMinute(TimeSpan middle, DateTimeOffset[] starts)
    {
        var step = TimeSpan.FromMinutes(Math.Round(middle.TotalMinutes));
        if (step < TimeSpan.FromMinutes(1) || (middle - step).Duration() > StartsWithin)
        {
            return null;
        }

        long[] after = [.. starts.Select(at => at.UtcTicks % step.Ticks).Order()];
        return after[(int)((after.Length - 1) * Nearly)] < StartsWithin.Ticks ? (step, new DateTimeOffset(starts[^1].UtcTicks - (starts[^1].UtcTicks % step.Ticks) + after[after.Length / 2], TimeSpan.Zero)) : null;
    }

    // The first run of a tick begins as cron rings: of a tick every five minutes at :00, :05, …
    private static TickGrid? FromRuns(IReadOnlyList<JobStanding> jobs)
    {
        var starts = jobs.Where(job => job.History.Runs.Count > 0).Take(MostJobs).SelectMany(job => job.History.Runs.Take(MostRuns)).Where(run => run.Duration is not null).Select(run => (At: run.LogTime - run.Duration!.Value, End: run.LogTime)).OrderBy(run => run.At).ToArray();
        List<DateTimeOffset> first = [];
        var busyUntil = DateTimeOffset.MinValue;
        foreach (var run in starts)
        {
            if (run.At - busyUntil > SameTick)
            {
                first.Add(run.At);
            }

            busyUntil = run.End > busyUntil ? run.End : busyUntil;
        }

        if (first.Count < FewestStarts)
        {
            return null;
        }

        foreach (var minutes in Minutes)
        {
            var step = TimeSpan.FromMinutes(minutes);
            var on = first.Count(at => at.UtcTicks % step.Ticks < StartsWithin.Ticks);
            if (on >= first.Count * Nearly)
            {
                return new TickGrid(step, step, $"{on} of {first.Count} first runs of a tick began on the {(minutes == 1 ? "minute" : $"{minutes} minutes")}");
            }
        }

        return null;
    }
}
