using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Web.Verdicts;

/// <summary>A verdict in two words, as JSON of shields.io's endpoint and as a picture of our own.</summary>
/// <param name="Label">Of what.</param>
/// <param name="Message">What is said.</param>
/// <param name="Color">A colour by its name at shields.io.</param>
public sealed record VerdictBadge(string Label, string Message, string Color)
{
    private const int LongestText = 60;

    /// <summary>Of shields.io's own contract.</summary>
    [JsonPropertyOrder(-1)]
    public int SchemaVersion => 1;

    /// <summary>Whether it is drawn as an error whatever the colour.</summary>
    public bool IsError => Color is "critical" or "inactive";

    /// <summary>How long it may be kept, in seconds.</summary>
    public int CacheSeconds => 60;

    /// <summary>The names as that contract has them.</summary>
    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    /// <summary>Of a job.</summary>
    internal static VerdictBadge Of(Verdict verdict) => new(verdict.Job, Said(verdict.State, verdict), Colour(verdict.State));

    /// <summary>Of a source.</summary>
    internal static VerdictBadge Of(VerdictSnapshot said)
    {
        var first = said.Roots is [{ Job: { } job }, ..] ? said.Find(job) : null;
        return new(said.Source, said.AsOf is null ? "not judged yet" : Said(said.State, first), said.AsOf is null ? "inactive" : Colour(said.State));
    }

    /// <summary>Of what is not seen.</summary>
    internal static VerdictBadge Blind(string label) => new(label, "not seen", "inactive");

    /// <summary>Drawn: two fields beside each other, as wide as their text needs.</summary>
    internal string Svg()
    {
        var (label, message) = (Short(Label), Short(Message));
        var (left, right) = (Width(label), Width(message));
        var fill = Color switch { "success" => "#2a7d3a", "yellow" => "#7a5f00", "important" => "#a84300", "critical" => "#b3261e", "informational" => "#0b5fa5", _ => "#5f5f5f" };
        var title = WebUtility.HtmlEncode($"{label}: {message}");
        return string.Create(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{title}"><title>{title}</title><rect width="{left + right}" height="20" rx="3" fill="#444"/><path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{fill}"/><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"><text x="6" y="14" textLength="{left - 12}">{WebUtility.HtmlEncode(label)}</text><text x="{left + 6}" y="14" textLength="{right - 12}">{WebUtility.HtmlEncode(message)}</text></g></svg>
            """);
    }

    private static string Said(VerdictState state, Verdict? verdict) => state switch
    {
        VerdictState.Healing or VerdictState.CatchingUp => verdict?.Heal is { By80: { } by } ? $"heals by {At(by)}" : verdict?.NextEventAt is { } next ? $"next try {At(next)}" : state.Word().ToLowerInvariant(),
        VerdictState.Page => verdict is { PageBy: { } by, DecideAt: { } decide } && by > decide ? $"page: human by {At(by)}" : "page: human needed",
        VerdictState.NeedsHumanLater => verdict?.PageBy is { } later ? $"human by {At(later)}" : "working hours",
        VerdictState.Watch => verdict?.DecideAt is { } at ? $"decided at {At(at)}" : "watch",
        VerdictState.Blocked => verdict?.Root is { } root ? $"waits for {root.Name}" : "waits",
        _ => state.Word().ToLowerInvariant(),
    };

    private static string Colour(VerdictState state) => state switch
    {
        VerdictState.Ok => "success",
        VerdictState.CatchingUp or VerdictState.Recovering or VerdictState.Healing => "yellow",
        VerdictState.Watch or VerdictState.NeedsHumanLater => "important",
        VerdictState.Page => "critical",
        VerdictState.Blocked => "informational",
        _ => "inactive",
    };

    private static string At(DateTimeOffset at) => at.UtcDateTime.ToString("MMM d HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string Short(string text)
    {
        var plain = new string([.. text.Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? ' ' : letter)]);
        return plain.Length > LongestText ? $"{plain[..(LongestText - 1)]}…" : plain;
    }

    private static int Width(string text) => 12 + (int)Math.Ceiling(text.Length * 6.6);
}
