using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dashboard.Core.Ledger;
using Dashboard.Core.Notifications;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Notifications;

/// <summary>A notice in each channel's own form.</summary>
public sealed class ChannelMessageTests
{
    private static readonly DateTimeOffset Now = SampleJobs.Now;
    private static readonly NotificationOptions Options = new() { Environment = "prod", Address = "https://dash.example/" };

    private static readonly Incident Trouble = new()
    {
        Id = Guid.Parse("0192f0c1-2d3e-7f4a-8b5c-6d7e8f901234"),
        Source = "main",
        Root = new VerdictRoot(RootKind.Job, "reports-clean"),
        Job = "reports-clean",
        OpenedAt = Now.AddMinutes(-9),
        State = VerdictState.Page,
        Worst = VerdictState.Page,
        Headline = "A human is needed by 09:47Z.",
        Cause = "It is not let in (OperationalError: password authentication failed)",
        FirstAction = "Fix the credentials.",
        Waiting = ["x", "y", "z", "<&>"],
        PageBy = Now.AddMinutes(40),
        PagedAt = Now,
        Version = 3,
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PagerDuty_is_triggered_updated_acknowledged_and_resolved_under_one_key()
    {
        var channel = new ChannelOptions { Name = "oncall", Kind = ChannelKind.PagerDuty, Key = "R0UT1NG" };
        List<JsonElement> told = [];
        foreach (var action in Enum.GetValues<NoticeAction>())
        {
            using var request = Request(channel, action)!;
            Assert.Equal("https://events.pagerduty.com/v2/enqueue", request.RequestUri!.ToString());
            told.Add(await JsonAsync(request));
        }

        Assert.Equal(["trigger", "trigger", "acknowledge", "resolve"], told.Select(one => one.GetProperty("event_action").GetString()));
        Assert.Equal([$"crontabber:prod:main:job:reports-clean:{Trouble.OpenedAt.ToUnixTimeSeconds()}"], told.Select(one => one.GetProperty("dedup_key").GetString()).Distinct());
        var payload = told[0].GetProperty("payload");
        Assert.Equal("[PAGE by 09:47Z] reports-clean: It is not let in (OperationalError: password authenticati… +4 jobs. Fix the credentials.", payload.GetProperty("summary").GetString());
        Assert.Equal(("prod/main", "critical", "reports-clean", "prod"),
            (payload.GetProperty("source").GetString(), payload.GetProperty("severity").GetString(), payload.GetProperty("component").GetString(), payload.GetProperty("group").GetString()));
        Assert.Equal("https://dash.example/jobs/reports-clean?source=main", told[0].GetProperty("links")[0].GetProperty("href").GetString());
        Assert.False(told[3].TryGetProperty("payload", out _));
    }

    [Fact]
    public async Task Alertmanager_gets_what_it_is_as_labels_and_what_is_known_as_annotations()
    {
        var channel = new ChannelOptions { Name = "am", Kind = ChannelKind.Alertmanager, Url = "http://am.example:9093/" };
        using var first = Request(channel, NoticeAction.Trigger)!;
        using var later = ChannelMessage.For(channel, Notice.Of(Options, Trouble with { Headline = "Another sentence.", Version = 4 }, NoticeAction.Update, Now), Guid.Empty, Now)!;
        using var end = Request(channel, NoticeAction.Resolve)!;
        var (one, other, over) = ((await JsonAsync(first))[0], (await JsonAsync(later))[0], (await JsonAsync(end))[0]);

        Assert.Equal("http://am.example:9093/api/v2/alerts", first.RequestUri!.ToString());
        Assert.Equal(
            """{"alertname":"CrontabberNeedsHuman","severity":"page","root_kind":"job","root":"reports-clean","source":"main","env":"prod"}""", one.GetProperty("labels").GetRawText());
        Assert.Equal(one.GetProperty("labels").GetRawText(), other.GetProperty("labels").GetRawText());
        Assert.Equal(Now.AddMinutes(3), one.GetProperty("endsAt").GetDateTimeOffset());
        Assert.Equal(Now, over.GetProperty("endsAt").GetDateTimeOffset());
        Assert.Null(Request(channel, NoticeAction.Acknowledge));
    }

    [Fact]
    public async Task Slack_gets_a_text_that_says_it_alone_and_nothing_of_ours_becomes_a_mention()
    {
        var channel = new ChannelOptions { Name = "slack", Kind = ChannelKind.Slack, Url = "https://hooks.slack.example/T/B/x" };
        using var request = Request(channel, NoticeAction.Trigger)!;
        var told = await JsonAsync(request);

        Assert.StartsWith("[PAGE by 09:47Z] reports-clean: ", told.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("Behind it: x, y, z, &lt;&amp;&gt;", told.GetProperty("blocks")[0].GetProperty("text").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Null(Request(channel, NoticeAction.Update));
    }

    [Fact]
    public async Task A_webhook_is_signed_and_named_so_that_it_can_be_believed_and_taken_once()
    {
        var channel = new ChannelOptions { Name = "hook", Kind = ChannelKind.Webhook, Url = "https://hook.example/in", Key = "s3cret" };
        var id = Guid.NewGuid();
        using var request = ChannelMessage.For(channel, Notice.Of(Options, Trouble, NoticeAction.Trigger, Now), id, Now)!;
        using var again = ChannelMessage.For(channel, Notice.Of(Options, Trouble, NoticeAction.Trigger, Now), id, Now.AddHours(1))!;
        var body = await request.Content!.ReadAsByteArrayAsync(Stop);

        Assert.Equal($"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("s3cret"), body))}", request.Headers.GetValues("X-Crontabber-Signature").Single());
        Assert.Equal(id.ToString("D"), request.Headers.GetValues("Idempotency-Key").Single());
        Assert.Equal("crontabber.notice.trigger", request.Headers.GetValues("ce-type").Single());
        Assert.Equal(body, await again.Content!.ReadAsByteArrayAsync(Stop));
        Assert.Equal(("crontabber.notice/1", "trigger", "page"), (JsonDocument.Parse(body).RootElement.GetProperty("schema").GetString(), JsonDocument.Parse(body).RootElement.GetProperty("action").GetString(), JsonDocument.Parse(body).RootElement.GetProperty("verdict").GetString()));
    }

    [Fact]
    public void A_line_for_a_phone_is_never_longer_than_it_shows_whatever_stands_in_it()
    {
        foreach (var length in (int[])[0, 1, 60, 119, 120, 121, 5_000])
        {
            var notice = Notice.Of(Options, Trouble with { Root = new VerdictRoot(RootKind.Job, new string('n', length)), Cause = string.Concat(Enumerable.Repeat("\ud83d\ude00\n", length)) }, NoticeAction.Trigger, Now);
            var line = NoticeWords.Summary(notice);
            Assert.InRange(line.Length, 10, 120);
            Assert.DoesNotContain('\n', line);
            Assert.True(line.EnumerateRunes().All(rune => rune != Rune.ReplacementChar), line);
        }
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.1.2.3", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("::127.0.0.1", false)]
    public void Only_what_belongs_to_the_world_is_public(string address, bool expected) => Assert.Equal(expected, PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://127.1:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://0177.0.0.1:{0}/")]
    [InlineData("http://0x7f.1:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://rebound.example:{0}/")]
    [InlineData("http://half.example:{0}/")]
    public async Task Nobody_within_is_reached_however_they_are_spelt(string form)
    {
        await using var within = Receiver.Start();
        using var guarded = new GuardedHttp([], (host, token) => host switch
        {
            // One answer that is inside is enough, whatever else the name has.
            "rebound.example" => Task.FromResult<IPAddress[]>([IPAddress.Loopback]),
            "half.example" => Task.FromResult<IPAddress[]>([IPAddress.Parse("192.0.2.1"), IPAddress.Loopback]),
            _ => Dns.GetHostAddressesAsync(host, token),
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, string.Format(System.Globalization.CultureInfo.InvariantCulture, form, within.Url.Port));

        var refused = await Assert.ThrowsAnyAsync<HttpRequestException>(() => guarded.Client.SendAsync(request, Stop));
        Assert.True(refused is GuardedAddressException || refused.InnerException is GuardedAddressException, refused.ToString());
        Assert.Empty(within.Got);
    }

    [Fact]
    public async Task Who_is_named_is_reached_and_a_redirect_is_not_followed()
    {
        await using var within = Receiver.Start();
        within.Answer = (_, _) => (302, null);
        using var guarded = new GuardedHttp([within.Authority]);
        using var request = new HttpRequestMessage(HttpMethod.Post, within.Url);
        using var answer = await guarded.Client.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Single(within.Got);
    }

    private static HttpRequestMessage? Request(ChannelOptions channel, NoticeAction action)
    {
        var trouble = action == NoticeAction.Resolve ? Trouble with { ClosedAt = Now, Ended = "It succeeded by itself at 09:07Z.", Version = 9 } : Trouble;
        return ChannelMessage.For(channel, Notice.Of(Options, trouble, action, Now, action == NoticeAction.Acknowledge ? "alice" : null), Guid.NewGuid(), Now);
    }

    private static async Task<JsonElement> JsonAsync(HttpRequestMessage request) => JsonDocument.Parse(await request.Content!.ReadAsByteArrayAsync(Stop)).RootElement;
}
