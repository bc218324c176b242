using Dashboard.Core.Sources;

namespace Dashboard.Core.Tests.Sources;

/// <summary>Which transactions a statement saw as over, of whose numbers the log carries the low 32 bits.</summary>
public sealed class TransactionSnapshotTests
{
    [Theory]
    [InlineData("100:100:", 99, true)]
    [InlineData("100:100:", 100, false)]
    [InlineData("100:104:100,102", 99, true)]
    [InlineData("100:104:100,102", 100, false)]
    [InlineData("100:104:100,102", 101, true)]
    [InlineData("100:104:100,102", 102, false)]
    [InlineData("100:104:100,102", 103, true)]
    [InlineData("100:104:100,102", 104, false)]
    [InlineData("4294967300:4294967300:", 4294967295, true)]
    [InlineData("4294967300:4294967300:", 3, true)]
    [InlineData("4294967300:4294967300:", 4, false)]
    [InlineData("4294967290:4294967300:4294967295,4294967299", 4294967295, false)]
    [InlineData("4294967290:4294967300:4294967295,4294967299", 3, false)]
    [InlineData("4294967290:4294967300:4294967295,4294967299", 4294967294, true)]
    public void A_transaction_is_seen_when_it_was_over(string snapshot, uint transaction, bool seen) =>
        Assert.Equal(seen, TransactionSnapshot.Parse(snapshot).Sees([transaction]));

    [Fact]
    public void Several_are_seen_when_each_is_and_none_always()
    {
        var snapshot = TransactionSnapshot.Parse("100:104:102");

        Assert.True(snapshot.Sees([]));
        Assert.True(snapshot.Sees([99, 103]));
        Assert.False(snapshot.Sees([99, 102]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1:2")]
    [InlineData("1:x:")]
    [InlineData("-1:2:")]
    [InlineData("1:2:3:4")]
    public void Anything_else_is_refused(string text) => Assert.Throws<FormatException>(() => TransactionSnapshot.Parse(text));
}
