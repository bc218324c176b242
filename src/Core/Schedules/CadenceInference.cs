using System.Globalization;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Schedules;

/// <summary>
/// How often a job runs and at what time, told by its row and its runs. After a success the next run stands in the row exactly one interval after the start of
/// the last, with the time of day put in where there is one: that tells both. While a job fails its row holds the next try instead, and only the runs before
/// tell: the slots of a backfill job, or how long after a success the next run began, which is the interval and what was left of a tick.
/// </summary>
public static class CadenceInference
{
    /// <summary>So many gaps are the least that runs are judged by.</summary>
    private const int FewestGaps = 3;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Jitter = TimeSpan.FromSeconds(2);

    // What people write into a schedule.
    private static readonly TimeSpan[] Usual =
        [.. new[] { 1, 2, 3, 4, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 360, 480, 600, 720 }.Select(minutes => TimeSpan.FromMinutes(minutes)), .. Enumerable.Range(1, 366).Select(days => days * Day)];

    /// <summary>The answer for a row, if there is one, and its recent runs.</summary>
    /// <param name="row">The row.</param>
    /// <param name="history">Its recent runs.</param>
    /// <param name="backfills">Whether the job backfills, as far as that is known.</param>
    public static Inferred<InferredCadence> Of(Job? row, JobHistory history, bool? backfills)
    {
        ArgumentNullException.ThrowIfNull(history);
        var byRow = row is null ? null : ByRow(row);
        var byRuns = backfills == true ? BySlots(row, history) : ByGaps(history);
        if (byRow?.Value is { } now && byRuns is { Answer.Value: { } before })
        {
            // Somebody may have set the next run by hand; a row alone does not outweigh many runs that say otherwise.
            return now == before ? new(now, $"{byRow.Evidence}; {byRuns.Value.Answer.Evidence}")
                : byRuns.Value.Count >= 5 && now.Interval < before.Interval ? byRuns.Value.Answer
                : byRow;
        }

        return byRow?.Value is not null ? byRow : byRuns?.Answer ?? new(null, Why(row, history));
    }

    private static Inferred<InferredCadence>? ByRow(Job row)
    {
        if (row is not { ErrorCount: 0, LastError: null, NextRun: { } next, LastRun: { } last } || next <= last)
        {
            return null;
        }

        if (IsOnTheMinute(next) && !IsOnTheMinute(last))
        {
            var days = (next.UtcDateTime.Date - last.UtcDateTime.Date).Days;
            var time = TimeOnly.FromDateTime(next.UtcDateTime);
            return days < 1 ? null : new(new(days * Day, time), $"its next run is at {At(time)} exactly, {Words(days * Day)} after the day of its last");
        }

        var interval = next - last;
        return interval.Ticks % TimeSpan.TicksPerMinute == 0 ? new(new(interval, null), $"its next run is exactly {Words(interval)} after its last began") : null;
    }

    private static (Inferred<InferredCadence> Answer, int Count)? BySlots(Job? row, JobHistory history)
    {
        var successes = history.Runs.Where(run => run.Outcome == RunOutcome.Success).Select(run => run.Success).Concat([row?.LastSuccess]).OfType<DateTimeOffset>().ToArray();
        if (successes.Length == 0)
        {
            return null;
        }

        var onTheMinute = successes.Where(IsOnTheMinute).Distinct().Order().ToArray();
        var slots = onTheMinute.Length > 0 ? onTheMinute : BackfillInference.Slots(successes);
        if (slots.Length < FewestGaps)
        {
            return null;
        }

        var steps = slots.Zip(slots.Skip(1), (from, to) => to - from).ToArray();
        var interval = steps.Min();
        if (steps.Any(step => step.Ticks % interval.Ticks != 0) || interval.Ticks % TimeSpan.TicksPerMinute != 0)
        {
            return null;
        }

        TimeOnly? time = onTheMinute.Length > 0 && interval.Ticks % Day.Ticks == 0 ? TimeOnly.FromDateTime(slots[0].UtcDateTime) : null;
        var where = time is { } at ? $", at {At(at)} exactly" : "";
        var apart = steps.Count(step => step == interval);
        return (new(new(interval, time), $"{apart} of {steps.Length} steps between its slots are {Words(interval)}{where}"), steps.Length);
    }

    // A gap after a failure is a retry and tells nothing.
    private static (Inferred<InferredCadence> Answer, int Count)? ByGaps(JobHistory history)
    {
        var starts = history.Runs.Select(run => (Start: run.LogTime - (run.Duration ?? TimeSpan.Zero), run.Outcome)).Reverse().ToArray();
        var after = starts.Zip(starts.Skip(1), (from, to) => (from.Outcome, to.Start, Gap: to.Start - from.Start)).Where(step => step.Outcome == RunOutcome.Success && step.Gap > TimeSpan.Zero).ToArray();
        if (after.Length < FewestGaps)
        {
            return null;
        }

        var gaps = after.Select(step => step.Gap).Order().ToArray();
        return Daily([.. after.Select(step => step.Start)], gaps) ?? Drifting(gaps);
    }

    // A job with a time of day starts soon after it, so some day it starts earlier than the day before; one without only ever drifts later.
    private static (Inferred<InferredCadence> Answer, int Count)? Daily(DateTimeOffset[] starts, TimeSpan[] gaps)
    {
        var days = Math.Round(gaps[gaps.Length / 2] / Day);
        if (days < 1 || !gaps.Any(gap => gap < (Math.Round(gap / Day) * Day) - TimeSpan.FromMilliseconds(500)))
        {
            return null;
        }

        var times = starts.Select(start => start.UtcDateTime.TimeOfDay).Order().ToArray();
        var first = times[0] - TimeSpan.FromTicks(times[0].Ticks % Tick.Ticks);
        var soon = times.Count(time => time - first < TimeSpan.FromMinutes(30));
        if (soon * 10 < times.Length * 8)
        {
            return null;
        }

        var at = TimeOnly.FromTimeSpan(first);
        return (new(new(days * Day, at), $"{soon} of {times.Length} runs after a success began within half an hour after {At(at)}, {Words(days * Day)} apart"), gaps.Length);
    }

    private static (Inferred<InferredCadence> Answer, int Count)? Drifting(TimeSpan[] gaps)
    {
        // A run by hand comes too early; one in ten may.
        var shortest = gaps[gaps.Length / 10] + Jitter;
        var interval = Usual.LastOrDefault(usual => usual <= shortest);
        if (interval == default)
        {
            return null;
        }

        var late = interval + (Tick * 2) + (interval / 4);
        var close = gaps.Count(gap => gap + Jitter >= interval && gap <= late);
        return close * 10 < gaps.Length * 7
            ? null
            : (new(new(interval, null), $"{close} of {gaps.Length} runs after a success began {Words(interval)} or a little more after the one before"), gaps.Length);
    }

    private static string Why(Job? row, JobHistory history)
    {
        var successes = history.Runs.Count(run => run.Outcome == RunOutcome.Success);
        if (successes == 0)
        {
            var slot = row?.LastSuccess is { } last && IsOnTheMinute(last) ? $"; its last slot was at {At(TimeOnly.FromDateTime(last.UtcDateTime))}, which tells a time of day and not how often" : "";
            return history.Runs.Count == 0 ? $"no run of it is known{slot}" : $"none of its last {history.Runs.Count} runs succeeded, and while a job fails only its retries are seen{slot}";
        }

        return $"{successes} of {history.Runs.Count} runs known succeeded, too few or too uneven to tell";
    }

    private static bool IsOnTheMinute(DateTimeOffset moment) => moment.UtcTicks % TimeSpan.TicksPerMinute == 0;

    private static string At(TimeOnly time) => time.ToString("HH:mm", CultureInfo.InvariantCulture);

    private static string Words(TimeSpan interval)
    {
        var (count, unit) = interval.Ticks % Day.Ticks == 0 ? (interval.TotalDays, "day") : interval.TotalMinutes % 60 == 0 ? (interval.TotalHours, "hour") : (interval.TotalMinutes, "minute");
        return string.Create(CultureInfo.InvariantCulture, $"{count:0} {unit}{(count == 1 ? "" : "s")}");
    }
}
