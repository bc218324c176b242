using System.ComponentModel.DataAnnotations;
using Dashboard.Core.Configuration.Options;

namespace Dashboard.Core.Notifications;

/// <summary>What a channel speaks.</summary>
public enum ChannelKind
{
    /// <summary>JSON of our own, signed.</summary>
    Webhook,

    /// <summary>PagerDuty's Events API v2.</summary>
    PagerDuty,

    /// <summary>Alertmanager's API v2.</summary>
    Alertmanager,

    /// <summary>An incoming webhook of Slack.</summary>
    Slack,
}

/// <summary>Section <c>Notifications</c>: who is told of pages. Without channels nobody is.</summary>
public sealed record NotificationOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Notifications";

    /// <summary>The name of this installation, as it stands in keys and labels: <c>production</c>.</summary>
    [RegularExpression("[A-Za-z0-9._-]{1,40}")]
    public string Environment { get; init; } = "production";

    /// <summary>Where people find this dashboard, for links: <c>https://dashboard.example/</c>; none for no links.</summary>
    public string? Address { get; init; }

    /// <summary>Receivers in private networks that may be reached, as <c>host:port</c>: any other address that is not public is refused.</summary>
    public IReadOnlyList<string> Private { get; init; } = [];

    /// <summary>An outside dead man's switch that is asked for as long as everything is judged; none for none.</summary>
    public string? DeadMan { get; init; }

    /// <summary>How often, in seconds.</summary>
    [Range(5, 3_600)]
    public int DeadManSeconds { get; init; } = 60;

    /// <summary>Who is told.</summary>
    public IReadOnlyList<ChannelOptions> Channels { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsAddress(DeadMan, optional: true))
        {
            yield return new($"{Section}:DeadMan is not an address that begins with https:// or http://.", [nameof(DeadMan)]);
        }

        if (!IsAddress(Address, optional: true))
        {
            yield return new($"{Section}:Address is not an address that begins with https:// or http://.", [nameof(Address)]);
        }

        foreach (var (channel, place) in Channels.Select((channel, place) => (channel, place)))
        {
            var key = $"{Section}:Channels:{place}";
            if (string.IsNullOrWhiteSpace(channel.Name) || channel.Name.Length > 60)
            {
                yield return new($"{key}:Name is missing, or longer than 60 characters.", [nameof(Channels)]);
            }

            if (Channels.Take(place).Any(other => other.Name == channel.Name))
            {
                yield return new($"{key}:Name is '{channel.Name}', which another channel has.", [nameof(Channels)]);
            }

            if (!Enum.IsDefined(channel.Kind))
            {
                yield return new($"{key}:Kind is not one of {string.Join(", ", Enum.GetNames<ChannelKind>())}.", [nameof(Channels)]);
            }

            if (!IsAddress(channel.Url, optional: channel.Kind == ChannelKind.PagerDuty))
            {
                yield return new($"{key}:Url is not an address that begins with https:// or http://.", [nameof(Channels)]);
            }

            if (channel.Kind is ChannelKind.PagerDuty or ChannelKind.Webhook && string.IsNullOrEmpty(channel.Key))
            {
                yield return new($"{key}:Key is missing: {(channel.Kind == ChannelKind.PagerDuty ? "the routing key" : "what the webhook is signed with")}.", [nameof(Channels)]);
            }
        }
    }

    private static bool IsAddress(string? text, bool optional) => string.IsNullOrEmpty(text) ? optional : Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && new Uri(text).UserInfo.Length == 0;
}

/// <summary>One receiver.</summary>
public sealed record ChannelOptions
{
    /// <summary>How it is called here, in the ledger and in metrics.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it speaks.</summary>
    public ChannelKind Kind { get; init; }

    /// <summary>Where it listens; of Alertmanager the root of its API. PagerDuty's own when absent. Slack's is a secret in itself.</summary>
    [SecretOption]
    public string? Url { get; init; }

    /// <summary>PagerDuty's routing key, or what a webhook is signed with. It never leaves in a log.</summary>
    [SecretOption]
    public string? Key { get; init; }

    /// <summary>Only of this source; of all when absent.</summary>
    public string? Source { get; init; }

    /// <summary>Its name alone: the rest may hold secrets.</summary>
    public override string ToString() => Name;

    /// <summary>Where it listens.</summary>
    internal Uri Address => new(string.IsNullOrEmpty(Url) ? "https://events.pagerduty.com/v2/enqueue" : Url);
}
