using Dashboard.Core.Stores.Crashes;
using FsCheck;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Stores;

public sealed class CrashIdTests
{
    [Fact]
    public void The_last_six_digits_are_the_day_and_the_seventh_the_depth()
    {
        var id = CrashId.Parse("0bba929f-8721-460c-dead-a43c22071027");

        Assert.Equal(new DateOnly(2007, 10, 27), id.Day);
        Assert.Equal('2', id.DepthDigit);
        Assert.Equal('0', id.Salt);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("0bba929f-8721-460c-dead-a43c2007102")]
    [InlineData("0BBA929F-8721-460c-dead-a43c20071027")]
    [InlineData("0bba929f-8721-460c-dead-a43c2007102f")]
    [InlineData("0bba929f_8721-460c-dead-a43c20071027")]
    [InlineData("../../../../../../../etc/passwd07102")]
    public void What_could_become_another_path_or_key_is_no_id(string? text) => Assert.False(CrashId.TryParse(text, out _));

    [Fact]
    public void An_id_whose_digits_are_no_day_says_so() => Assert.Null(CrashId.Parse("0bba929f-8721-460c-dead-a43c20150231").Day);

    [Property]
    public bool A_new_id_says_the_day_it_was_made_for(DateTime day, PositiveInt depth)
    {
        var wanted = new DateOnly(2000 + Math.Abs(day.Year % 100), day.Month, 1);
        var id = CrashId.New(wanted, depth.Get % 5);

        return CrashId.TryParse(id.Value, out var again) && again == id && again.Day == wanted && again.DepthDigit == (char)('0' + (depth.Get % 5));
    }
}
