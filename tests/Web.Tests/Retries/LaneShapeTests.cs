using Dashboard.Core.Retries;
using Dashboard.Kit;
using Dashboard.Web.Retries;

namespace Dashboard.Web.Tests.Retries;

public sealed class LaneShapeTests
{
    private static readonly DateTimeOffset Now = SampleJobs.Now;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly SampleRetries Sample = new(Now);

    [Fact]
    public void The_present_stands_before_the_right_edge_and_the_next_attempt_after_it()
    {
        var shape = LaneShape.Of([Sample.Open("a", 3, waited: 40)], Hour, Now);
        var streak = Assert.Single(shape.Streaks);
        Assert.Equal(100.0 * 12 / 13, shape.Now, 6);
        Assert.Equal(shape.Now + (100.0 * 20 / (65 * 60)), streak.End, 6);
        Assert.Equal([false, false, true], streak.Waits.Select(wait => wait.Present));
        Assert.Equal(3, streak.Attempts.Count);
    }

    [Fact]
    public void A_wait_ends_with_its_streak()
    {
        var streak = Assert.Single(LaneShape.Of([Sample.Ended("a", StreakState.Recovered, 2, Now.AddMinutes(-5))], Hour, Now).Streaks);
        Assert.Equal(streak.End, streak.Waits[^1].To);
        Assert.All(streak.Waits, wait => Assert.InRange(wait.To, wait.From, streak.End));
    }

    [Fact]
    public void Streaks_at_the_same_time_get_rows_of_their_own_and_a_free_row_is_used_again()
    {
        var shape = LaneShape.Of([Sample.Open("a", 2, waited: 1), Sample.Open("b", 2, waited: 2), Sample.Ended("c", StreakState.Lost, 1, Now.AddMinutes(-30))], Hour, Now);
        Assert.Equal(2, shape.Rows);
        Assert.Equal([0, 0, 1], shape.Streaks.Select(streak => streak.Row));
    }

    [Fact]
    public void What_finds_no_row_is_counted_and_what_ended_before_the_window_is_not_drawn()
    {
        var shape = LaneShape.Of([.. Enumerable.Range(0, 11).Select(i => Sample.Open($"{i}", 1, waited: 1)), Sample.Ended("old", StreakState.Lost, 1, Now.AddHours(-2))], Hour, Now);
        Assert.Equal((LaneShape.MostRows, 3), (shape.Streaks.Count, shape.LeftOut));
    }

    [Theory]
    [InlineData(1, "08:10Z", "09:00Z", 6)]
    [InlineData(6, "04:00Z", "09:00Z", 6)]
    [InlineData(24, "12:00Z", "08:00Z", 6)]
    public void The_axis_has_round_times(int hours, string first, string last, int count)
    {
        var axis = LaneShape.Of([], TimeSpan.FromHours(hours), Now).Axis;
        Assert.Equal((first, last, count), (axis[0].Text, axis[^1].Text, axis.Count));
        Assert.All(axis, mark => Assert.InRange(mark.At, 0, 100));
    }

    [Fact]
    public void A_streak_older_than_the_window_begins_at_its_edge()
    {
        var streak = Sample.Open("a", 3, waited: 4) with { StartedAt = Now.AddHours(-9) };
        Assert.Equal(0, Assert.Single(LaneShape.Of([streak], Hour, Now).Streaks).Start);
    }
}
