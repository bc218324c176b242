using Dashboard.Core.Pings;

namespace Dashboard.Core.Tests.Pings;

public sealed class PingRuleTests
{
    private static readonly DateTimeOffset Noon = new(2014, 11, 5, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(null, PingKind.Success, null)]
    [InlineData("start", PingKind.Start, null)]
    [InlineData("fail", PingKind.Fail, null)]
    [InlineData("log", PingKind.Log, null)]
    [InlineData("0", PingKind.Success, 0)]
    [InlineData("3", PingKind.Fail, 3)]
    [InlineData("255", PingKind.Fail, 255)]
    public void The_end_of_the_address_says_what_happened(string? ending, PingKind kind, int? code) => Assert.Equal((kind, code), PingRule.Read(ending));

    [Theory]
    [InlineData("256")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1e2")]
    [InlineData("Start")]
    [InlineData("99999999999999999999")]
    [InlineData("٣")]
    public void Anything_else_is_no_ping(string ending) => Assert.Null(PingRule.Read(ending));

    [Theory]
    [InlineData("fetch-adi-from-hive", true)]
    [InlineData("socorro.cron:jobs_1", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("<b>", false)]
    [InlineData("jöb", false)]
    public void A_name_is_made_as_those_of_jobs_are(string text, bool fits)
    {
        Assert.Equal(fits, PingRule.IsSlug(text));
        Assert.False(PingRule.IsSlug(text + new string('x', 201)));
    }

    [Fact]
    public void Where_it_stands_follows_from_what_it_said_last()
    {
        var ping = new Ping { Source = "s", Slug = "p", LastAt = Noon };
        Assert.Equal(PingState.Heard, ping.State);
        Assert.Equal(PingState.Running, (ping with { StartedAt = Noon, FailedAt = Noon }).State);
        Assert.Equal(PingState.Succeeded, (ping with { SucceededAt = Noon, FailedAt = Noon.AddMinutes(-1) }).State);
        Assert.Equal(PingState.Failed, (ping with { SucceededAt = Noon, FailedAt = Noon.AddMinutes(1) }).State);
        Assert.Equal(PingState.Failed, (ping with { FailedAt = Noon }).State);
    }
}
