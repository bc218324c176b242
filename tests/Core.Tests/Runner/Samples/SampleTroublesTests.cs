using Dashboard.Core.Runner.Samples;

namespace Dashboard.Core.Tests.Runner.Samples;

public sealed class SampleTroublesTests
{
    [Theory]
    [InlineData(0, false, true, 45)]
    [InlineData(45, true, true, 5)]
    [InlineData(49.5, true, true, 0.5)]
    [InlineData(50, true, false, 35)]
    [InlineData(85, false, false, 395)]
    [InlineData(480, false, true, 150)]
    [InlineData(630, false, false, 270)]
    [InlineData(899, false, false, 1)]
    [InlineData(900, false, true, 45)]
    [InlineData(900 * 1000 + 60, true, false, 25)]
    public void Each_is_away_once_in_the_first_two_minutes_and_again_in_every_quarter_of_an_hour(double seconds, bool database, bool site, double lasts)
    {
        var trouble = SampleTroubles.At(TimeSpan.FromSeconds(seconds));

        Assert.Equal((database, site, lasts), (trouble.Database, trouble.Site, trouble.For.TotalSeconds));
    }

    [Fact]
    public void Going_from_change_to_change_never_stands_still()
    {
        var at = TimeSpan.Zero;
        for (var changes = 0; changes < 1000; changes++)
        {
            Assert.True(SampleTroubles.At(at).For > TimeSpan.Zero);
            at += SampleTroubles.At(at).For;
        }
    }
}
