using Dashboard.Core.Backfill;
using Dashboard.Web.Backfill;

namespace Dashboard.Web.Tests.Backfill;

public sealed class SlotLayoutTests
{
    private static readonly DateTimeOffset Friday = new(2014, 9, 5, 9, 0, 30, TimeSpan.Zero);

    [Fact]
    public void Daily_slots_are_a_calendar_of_weeks_from_Monday_to_Sunday()
    {
        var layout = SlotLayout.For(new SlotGrid(new(2014, 9, 5, 5, 0, 0, TimeSpan.Zero), TimeSpan.FromDays(1)), Friday);

        Assert.Equal(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], layout.Columns);
        Assert.Equal((8, "1 Sep", true), (layout.Rows.Count, layout.Rows[^1].Label, layout.IsCalendar));
        Assert.Equal(new DateTimeOffset(2014, 9, 5, 5, 0, 0, TimeSpan.Zero), layout.Rows[^1].Cells[4]);
        Assert.All(layout.Rows.SelectMany(row => row.Cells), slot => Assert.NotNull(slot));
    }

    [Fact]
    public void Hourly_slots_are_a_row_for_each_day_wherever_in_the_hour_they_lie()
    {
        var slot = new DateTimeOffset(2014, 9, 4, 20, 0, 23, TimeSpan.Zero);
        var layout = SlotLayout.For(new SlotGrid(slot, TimeSpan.FromHours(1)), Friday);

        Assert.Equal((14, "Fri 5 Sep"), (layout.Rows.Count, layout.Rows[^1].Label));
        Assert.Equal(slot, layout.Rows[^2].Cells[20]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(15)]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(720)]
    [InlineData(1440)]
    [InlineData(2880)]
    [InlineData(10080)]
    [InlineData(40000)]
    public void Each_slot_of_a_window_has_one_place_and_there_are_never_more_than_can_be_seen(int minutes)
    {
        var layout = SlotLayout.For(new SlotGrid(Friday.AddSeconds(17), TimeSpan.FromMinutes(minutes)), Friday);

        Assert.Equal(layout.Slots, layout.Rows.SelectMany(row => row.Cells).OfType<DateTimeOffset>());
        Assert.InRange(layout.Slots.Count, 8, 480);
        Assert.All(layout.Rows, row => Assert.InRange(row.Cells.Count, 1, 30));
        Assert.NotNull(layout.Slots.PlaceOf(new SlotGrid(Friday.AddSeconds(17), TimeSpan.FromMinutes(minutes)).At(Friday)));
    }
}
