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
            Assert.Equal(RedrawPace.Shortest, pace.Rest(waited: false));
        }
    }

    [Fact]
    public void In_a_flood_the_rests_grow_to_the_longest_and_after_it_they_shrink_again()
    {
        var pace = default(RedrawPace);

        Assert.Equal([4, 8, 16, 32, 40, 40], Enumerable.Range(0, 6).Select(_ => pace.Rest(waited: true).TotalMilliseconds));
        Assert.Equal([20, 10, 5, 4, 4], Enumerable.Range(0, 5).Select(_ => pace.Rest(waited: false).TotalMilliseconds));
    }
}
