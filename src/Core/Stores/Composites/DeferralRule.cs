using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Composites;

/// <summary>
/// Which crashes are put off. The original ran a lambda from the configuration; here it is one of a few expressions: <c>legacy_processing</c> (true when the field is there
/// and says something), <c>not legacy_processing</c>, <c>ProductName == "Fennec"</c>, <c>throttle != 1</c>, <c>always</c>, <c>never</c>. The lambda the original came with is
/// accepted as well.
/// </summary>
public sealed partial class DeferralRule
{
    private readonly Func<JsonElement, bool> defers;

    private DeferralRule(string text, Func<JsonElement, bool> defers) => (Text, this.defers) = (text, defers);

    /// <summary>The original's default: <c>legacy_processing</c>.</summary>
    public static DeferralRule Default { get; } = Parse("legacy_processing");

    /// <summary>As it stands in the configuration.</summary>
    public string Text { get; }

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is none of those above.</exception>
    public static DeferralRule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var asked = Lambda().Match(text) is { Success: true } lambda ? lambda.Groups["field"].Value : text.Trim();
        if (asked is "always" or "never")
        {
            return new(text, _ => asked == "always");
        }

        if (Truth().Match(asked) is { Success: true } truth)
        {
            var (field, wanted) = (truth.Groups["field"].Value, !truth.Groups["not"].Success);
            return new(text, crash => Says(crash, field) == wanted);
        }

        if (Comparison().Match(asked) is { Success: true } comparison)
        {
            var (field, equal, value) = (comparison.Groups["field"].Value, comparison.Groups["how"].Value == "==", comparison.Groups["text"]);
            if (value.Success)
            {
                return new(text, crash => equal == (crash.TryGetProperty(field, out var kept) && kept.ValueKind == JsonValueKind.String && kept.ValueEquals(value.Value)));
            }

            var number = double.Parse(comparison.Groups["number"].Value, CultureInfo.InvariantCulture);
            return new(text, crash => equal == (crash.TryGetProperty(field, out var kept) && kept.ValueKind == JsonValueKind.Number && kept.GetDouble().Equals(number)));
        }

        throw new FormatException($"deferral_criteria is '{text}'; it takes FIELD, not FIELD, FIELD == \"text\" or a number, FIELD != the same, always or never.");
    }

    /// <summary>True when a crash is put off.</summary>
    public bool Defers(CrashDocument crash)
    {
        ArgumentNullException.ThrowIfNull(crash);
        return defers(crash.Root);
    }

    // What the original's language takes for true.
    private static bool Says(JsonElement crash, string field) => crash.TryGetProperty(field, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.Number => !value.GetDouble().Equals(0d),
        JsonValueKind.String => !value.ValueEquals(""),
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => false,
    };

    [GeneratedRegex("""^\s*lambda (?<crash>\w+): *\k<crash>\.get\(['"](?<field>\w+)['"]\)\s*$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Lambda();

    [GeneratedRegex("""^(?<not>not +)?(?<field>[A-Za-z_]\w*)$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Truth();

    [GeneratedRegex("""^(?<field>[A-Za-z_]\w*) *(?<how>==|!=) *("(?<text>[^"]*)"|'(?<text>[^']*)'|(?<number>-?\d{1,15}(\.\d{1,15})?))$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comparison();
}
