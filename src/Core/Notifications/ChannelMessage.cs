using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dashboard.Core.Ledger;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Core.Notifications;

/// <summary>A notice in the form of a channel. The same notice gives the same bytes, so that telling it again is telling the same; only Slack, which cannot know it again, is told that it may have it.</summary>
public static class ChannelMessage
{
    /// <summary>How long Alertmanager takes an alert to go on without being told again.</summary>
    public static readonly TimeSpan AlertLasts = TimeSpan.FromMinutes(3);

    /// <summary>Of a webhook: what its body is signed with, <c>sha256=</c> and the HMAC in hexadecimal digits.</summary>
    public const string SignatureHeader = "X-Crontabber-Signature";

    private static readonly JsonSerializerOptions Json = Make(null);
    private static readonly JsonSerializerOptions Own = Make(JsonNamingPolicy.SnakeCaseLower);

    /// <summary>The request to a channel; null when it has no form for it.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="notice">What is told.</param>
    /// <param name="id">Of this message: the same when it is sent again.</param>
    /// <param name="now">By our own clock; only alerts that are to lapse by themselves need it.</param>
    /// <param name="mayHaveArrived">Whether the receiver may have it already; only one that cannot know a message again is told.</param>
    public static HttpRequestMessage? For(ChannelOptions channel, Notice notice, Guid id, DateTimeOffset now, bool mayHaveArrived = false)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(notice);
        return channel.Kind switch
        {
            ChannelKind.PagerDuty => Post(channel.Address, PagerDuty(channel, notice)),
            ChannelKind.Alertmanager => notice.Action == NoticeAction.Acknowledge ? null : Post(new Uri($"{channel.Address.ToString().TrimEnd('/')}/api/v2/alerts"), Alerts(notice, now)),
            ChannelKind.Slack => notice.Action == NoticeAction.Update ? null : Post(channel.Address, Slack(notice, mayHaveArrived)),
            _ => Signed(channel, notice, id),
        };
    }

    private static object PagerDuty(ChannelOptions channel, Notice notice)
    {
        var action = notice.Action switch { NoticeAction.Acknowledge => "acknowledge", NoticeAction.Resolve => "resolve", _ => "trigger" };
        return new
        {
            routing_key = channel.Key,
            event_action = action,
            dedup_key = notice.Key,
            client = "Crontabber Dashboard",
            client_url = notice.Link,
            payload = action != "trigger" ? null : new
            {
                summary = NoticeWords.Summary(notice),
                source = $"{notice.Environment}/{notice.Source}",
                severity = "critical",
                timestamp = notice.At.UtcDateTime,
                component = notice.Root,
                group = notice.Environment,
                @class = notice.Class?.ToString(),
                custom_details = JsonSerializer.SerializeToElement(notice, Own),
            },
            links = notice.Link is null ? null : new[] { new { href = notice.Link, text = "The verdict and its evidence" } },
        };
    }

    // Labels are what it is, annotations what is known of it: a label that changes would make another alert.
    private static object[] Alerts(Notice notice, DateTimeOffset now) =>
    [
        new
        {
            labels = new Dictionary<string, string>
            {
                ["alertname"] = "CrontabberNeedsHuman",
                ["severity"] = "page",
                ["root_kind"] = JsonNamingPolicy.SnakeCaseLower.ConvertName($"{notice.RootKind}"),
                ["root"] = notice.Root,
                ["source"] = notice.Source,
                ["env"] = notice.Environment,
            },
            annotations = new Dictionary<string, string>
            {
                ["summary"] = NoticeWords.Summary(notice),
                ["description"] = string.Join(' ', new[] { notice.Headline, notice.Cause, notice.FirstAction.Length > 0 ? $"First: {notice.FirstAction}" : "", notice.Ended }.Where(text => text.Length > 0)),
                ["waiting"] = notice.Waiting.Count.ToString(CultureInfo.InvariantCulture),
                ["decide_at"] = notice.PageBy is { } by ? by.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) : "",
                ["heal_by"] = notice.HealsBy is { } heals ? heals.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) : "",
                ["evidence_url"] = notice.Link ?? "",
            },
            startsAt = notice.Since.UtcDateTime,
            endsAt = (notice.Action == NoticeAction.Resolve ? now : now + AlertLasts).UtcDateTime,
            generatorURL = notice.Link,
        },
    ];

    // An incoming webhook posts what it is given, as often as it is given it: what may be there already says so, for whoever reads it twice.
    private static object Slack(Notice notice, bool mayHaveArrived)
    {
        var text = (mayHaveArrived ? "(Perhaps told before.) " : "") + (notice.Action == NoticeAction.Acknowledge ? $"{notice.Root}: {notice.KnownBy} knows." : NoticeWords.Summary(notice));
        List<string> lines = notice.Action == NoticeAction.Acknowledge ? [] : [notice.Headline];
        if (notice is { Action: NoticeAction.Trigger, FirstAction.Length: > 0 })
        {
            lines.Add($"First: {notice.FirstAction}");
        }

        if (notice is { Action: NoticeAction.Trigger, Waiting.Count: > 0 })
        {
            lines.Add($"Behind it: {string.Join(", ", notice.Waiting.Take(10))}{(notice.Waiting.Count > 10 ? " …" : "")}");
        }

        if (notice.Link is { } link)
        {
            lines.Add(link);
        }

        var section = string.Join('\n', lines.Prepend(text));
        return new { text = Escaped(text), blocks = new[] { new { type = "section", text = new { type = "mrkdwn", text = Escaped(section.Length > 2_900 ? section[..2_900] : section) } } } };
    }

    private static HttpRequestMessage Signed(ChannelOptions channel, Notice notice, Guid id)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(notice, Own);
        var request = Post(channel.Address, body);
        request.Headers.Add(SignatureHeader, $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(channel.Key ?? ""), body))}");
        request.Headers.Add("Idempotency-Key", id.ToString("D"));
        request.Headers.Add("ce-specversion", "1.0");
        request.Headers.Add("ce-id", id.ToString("D"));
        request.Headers.Add("ce-source", $"/crontabber/{Uri.EscapeDataString(notice.Environment)}/{Uri.EscapeDataString(notice.Source)}");
        request.Headers.Add("ce-type", $"crontabber.notice.{notice.Action.ToString().ToLowerInvariant()}");
        request.Headers.Add("ce-time", notice.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        return request;
    }

    private static HttpRequestMessage Post(Uri address, object body) => Post(address, JsonSerializer.SerializeToUtf8Bytes(body, Json));

    private static HttpRequestMessage Post(Uri address, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.UserAgent.ParseAdd("crontabber-dashboard");
        return request;
    }

    // Slack's own three.
    private static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static JsonSerializerOptions Make(JsonNamingPolicy? names)
    {
        var options = new JsonSerializerOptions { PropertyNamingPolicy = names, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.Default };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        return options;
    }
}
