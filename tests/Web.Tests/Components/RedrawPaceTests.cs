using Dashboard.Web.Components;

namespace Dashboard.Web.Tests.Components;

public sealed class RedrawPaceTests
{
    [Fact]
    public void Changes_that_come_singly_are_hardly_held_back()
    {
        var pace = default(RedrawPace);

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(TimeSpan.Zero, pace.Remaining(arrived: false));
        }
    }

    [Fact]
    public void In_a_flood_the_rests_grow_to_the_longest_and_the_first_quiet_one_is_short_again()
    {
        var pace = default(RedrawPace);

        Assert.Equal([0, 5, 15, 35, 35], Enumerable.Range(0, 5).Select(_ => pace.Remaining(arrived: true).TotalMilliseconds));
        Assert.Equal(TimeSpan.Zero, pace.Remaining(arrived: false));
    }
}
