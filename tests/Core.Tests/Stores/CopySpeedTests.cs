using Dashboard.Core.Stores.Copying;

namespace Dashboard.Core.Tests.Stores;

public sealed class CopySpeedTests
{
    private static readonly DateTimeOffset Begun = new(2015, 3, 31, 12, 0, 0, TimeSpan.Zero);
    private readonly CopySpeeds speeds = new();

    [Fact]
    public void A_copy_that_moves_evenly_says_how_fast_and_what_is_left_lies_in_its_range()
    {
        Assert.Null(After(0, 0, 0));
        Assert.Null(After(4, 40, 0));

        // Ten crashes a second, a part in each ten seconds, 90 parts to go after a hundred seconds.
        CopySpeed? last = null;
        for (var seconds = 10; seconds <= 100; seconds += 2)
        {
            last = After(seconds, seconds * 10, seconds / 10);
        }

        Assert.Equal((7L, 10d, 1_000d, 10d), (last!.CopyId, last.Crashes, last.Bytes, last.Most));
        Assert.InRange(900, last.Left!.Value.Least.TotalSeconds, last.Left.Value.Most.TotalSeconds);
        Assert.InRange(last.Left.Value.Most / last.Left.Value.Least, 1, 3);
    }

    [Fact]
    public void A_speed_is_of_the_last_minute_and_the_fastest_is_remembered()
    {
        After(0, 0, 0);
        After(60, 6_000, 1);
        var slow = After(120, 6_060, 2)!;

        Assert.Equal((1d, 100d), (slow.Crashes, slow.Most));
        Assert.Null(slow.Left);
    }

    [Fact]
    public void Where_parts_become_slower_the_range_is_as_wide_as_both()
    {
        for (var part = 0; part <= 16; part++)
        {
            After(part * 5, part * 10, part);
        }

        CopySpeed? last = null;
        for (var part = 1; part <= 16; part++)
        {
            last = After(80 + (part * 50), 160 + (part * 10), 16 + part);
        }

        // 68 parts at five seconds each or at fifty.
        Assert.InRange(last!.Left!.Value.Most.TotalSeconds, 68 * 50, 68 * 60);
        Assert.InRange(last.Left.Value.Least.TotalSeconds, 68 * 5, 68 * 28);
    }

    [Fact]
    public void What_nobody_works_on_has_no_speed_and_a_clock_set_back_or_a_copy_begun_anew_makes_none_below_zero()
    {
        After(0, 0, 0);
        Assert.NotNull(After(30, 100, 1));
        Assert.Empty(speeds.After([Copy(100, 1) with { Working = 0 }], Begun.AddSeconds(32)));
        Assert.Null(After(34, 100, 1));
        Assert.NotNull(After(60, 200, 2));
        Assert.Null(After(50, 210, 2));
        Assert.NotNull(After(70, 230, 2));
        Assert.Null(After(80, 10, 0));
    }

    private CopySpeed? After(int seconds, long crashes, int done) => speeds.After([Copy(crashes, done)], Begun.AddSeconds(seconds)).SingleOrDefault();

    private static CopyProgress Copy(long crashes, int done) =>
        new(7, new CopyPlan("a", "b", SampleCrashes.Day, SampleCrashes.Day), 100, done, SampleCrashes.Day, crashes, crashes * 4, 0, crashes * 100, 0, 0, 0, Begun, Begun, 1);
}
