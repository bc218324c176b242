using System.Globalization;
using System.Runtime.InteropServices;
using Dashboard.Core.Retries;

namespace Dashboard.Web.Retries;

/// <summary>
/// The geometry of one resource's timeline: across in percent of the width, so that it fits every screen undistorted; down in rows.
/// The present stands before the right edge, so that the next attempt is seen too.
/// </summary>
internal sealed class LaneShape
{
    /// <summary>Streaks side by side at most; what does not fit is counted.</summary>
    public const int MostRows = 8;

    private const double Ahead = 1.0 / 12;
    private const double Gap = 0.6;

    private LaneShape(IReadOnlyList<StreakShape> streaks, IReadOnlyList<AxisMark> axis, double now, int rows, int left)
    {
        Streaks = streaks;
        Axis = axis;
        Now = now;
        Rows = rows;
        LeftOut = left;
    }

    /// <summary>What is drawn of each streak.</summary>
    public IReadOnlyList<StreakShape> Streaks { get; }

    /// <summary>Round times below.</summary>
    public IReadOnlyList<AxisMark> Axis { get; }

    /// <summary>Where the present is.</summary>
    public double Now { get; }

    /// <summary>How many rows there are, at least one.</summary>
    public int Rows { get; }

    /// <summary>Streaks of the window that found no row.</summary>
    public int LeftOut { get; }

    /// <summary>The timeline of these streaks, as of a moment.</summary>
    /// <param name="streaks">Open and ended ones; what ended before the window is left out.</param>
    /// <param name="window">How far back.</param>
    /// <param name="now">The present.</param>
    public static LaneShape Of(IEnumerable<RetryStreak> streaks, TimeSpan window, DateTimeOffset now)
    {
        var from = now - window;
        var scale = new Scale(from, window * (1 + Ahead));
        var free = new List<double>();
        var drawn = new List<StreakShape>();
        var left = 0;
        foreach (var streak in streaks.Where(streak => (streak.EndedAt ?? now) >= from).OrderBy(streak => streak.StartedAt).ThenBy(streak => streak.Id))
        {
            var shape = Shape(streak, scale, now);
            var row = free.FindIndex(end => end + Gap <= shape.Start);
            if (row < 0 && free.Count == MostRows)
            {
                left++;
                continue;
            }

            if (row < 0)
            {
                row = free.Count;
                free.Add(0);
            }

            free[row] = shape.End;
            drawn.Add(shape with { Row = row });
        }

        return new LaneShape(drawn, AxisOf(from, window, scale), scale.At(now), Math.Max(free.Count, 1), left);
    }

    private static StreakShape Shape(RetryStreak streak, Scale scale, DateTimeOffset now)
    {
        var end = streak.EndedAt ?? (streak.NextAttemptAt > now ? streak.NextAttemptAt.Value : now);
        var attempts = streak.Marks.Where(mark => mark.At >= scale.From).Select(mark => scale.At(mark.At)).ToList();
        var waits = new List<WaitShape>();
        foreach (var mark in streak.Marks)
        {
            if (mark.Delay is not { } delay)
            {
                continue;
            }

            var until = mark.At + delay < end ? mark.At + delay : end;
            if (until > scale.From && until > mark.At)
            {
                waits.Add(new WaitShape(scale.At(mark.At), scale.At(until), streak.State == StreakState.Open && until > now));
            }
        }

        return new StreakShape(streak, 0, scale.At(streak.StartedAt), scale.At(end), attempts, waits);
    }

    private static List<AxisMark> AxisOf(DateTimeOffset from, TimeSpan window, Scale scale)
    {
        var step = window <= TimeSpan.FromHours(1) ? TimeSpan.FromMinutes(10) : window <= TimeSpan.FromHours(6) ? TimeSpan.FromHours(1) : TimeSpan.FromHours(4);
        var marks = new List<AxisMark>();
        var first = new DateTimeOffset((from.UtcTicks / step.Ticks * step.Ticks) + step.Ticks, TimeSpan.Zero);
        for (var at = first; at <= from + window; at += step)
        {
            marks.Add(new AxisMark(scale.At(at), at.UtcDateTime.ToString("HH:mm'Z'", CultureInfo.InvariantCulture)));
        }

        return marks;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Scale(DateTimeOffset From, TimeSpan Length)
    {
        public double At(DateTimeOffset moment) => Math.Clamp((moment - From) / Length * 100, 0, 100);
    }
}

/// <summary>One streak as drawn.</summary>
/// <param name="Streak">It.</param>
/// <param name="Row">From 0, at the top.</param>
/// <param name="Start">Where it begins, in percent.</param>
/// <param name="End">Where it ends, or its next attempt.</param>
/// <param name="Attempts">Where attempts failed.</param>
/// <param name="Waits">Between them.</param>
internal sealed record StreakShape(RetryStreak Streak, int Row, double Start, double End, IReadOnlyList<double> Attempts, IReadOnlyList<WaitShape> Waits);

/// <summary>A wait, from and to in percent.</summary>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end.</param>
/// <param name="Present">Whether it goes on.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WaitShape(double From, double To, bool Present);

/// <summary>A round time below the timeline.</summary>
/// <param name="At">In percent.</param>
/// <param name="Text"><c>21:40Z</c>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AxisMark(double At, string Text);
