using System.Globalization;
using System.Text.Json;

namespace Dashboard.Core.Configuration.Options;

/// <summary>Between the text of an option and its value, both ways.</summary>
public static class OptionText
{
    private const double MostSeconds = 36_500d * 86_400;

    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];

    /// <summary>A length of time, so that it reads back as the same.</summary>
    public static string OfLength(TimeSpan length) =>
        length == TimeSpan.Zero ? "0s"
        : length.Ticks % TimeSpan.TicksPerDay == 0 ? Of(length.Ticks / TimeSpan.TicksPerDay, "d")
        : length.Ticks % TimeSpan.TicksPerHour == 0 ? Of(length.Ticks / TimeSpan.TicksPerHour, "h")
        : length.Ticks % TimeSpan.TicksPerMinute == 0 ? Of(length.Ticks / TimeSpan.TicksPerMinute, "m")
        : length.Ticks % TimeSpan.TicksPerSecond == 0 ? Of(length.Ticks / TimeSpan.TicksPerSecond, "s")
        : length.Ticks % TimeSpan.TicksPerMillisecond == 0 ? Of(length.Ticks / TimeSpan.TicksPerMillisecond, "ms")
        : length.ToString("c", CultureInfo.InvariantCulture);

    /// <summary>A list, so that it reads back as the same: items with commas between, or JSON where an item says something that commas and blanks would lose.</summary>
    public static string OfList(IReadOnlyList<string> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return items.Any(item => item.Length == 0 || item != item.Trim() || item.IndexOfAny([',', '"', '\'', '#', '\n', '\r']) >= 0) || (items is [var first, ..] && first[0] is '[')
            ? JsonSerializer.Serialize(items)
            : string.Join(", ", items);
    }

    /// <summary>The value of a text; or null with what was expected instead.</summary>
    public static object? Parse(OptionDefinition option, string text, out string? expected)
    {
        ArgumentNullException.ThrowIfNull(option);
        ArgumentNullException.ThrowIfNull(text);
        var plain = text.Trim();
        expected = null;
        object? value = option.Type switch
        {
            OptionType.Text => text,
            OptionType.Path => Path(text),
            OptionType.Class => plain,
            OptionType.Whole => long.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var whole) && Fits(option, whole) ? whole : null,
            OptionType.Number => double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && Fits(option, number) ? number : null,
            OptionType.Truth => Truth(plain),
            OptionType.Length => Length(plain) is { } length && Fits(option, length.TotalSeconds) ? length : null,
            OptionType.List or OptionType.Classes => List(text) is { } list && list.Length <= (option.Most ?? int.MaxValue) ? list : null,
            OptionType.Choice => option.Choices.FirstOrDefault(choice => choice.Equals(plain, StringComparison.OrdinalIgnoreCase)),
            OptionType.Address => Uri.TryCreate(plain, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null,
            _ => throw new ArgumentOutOfRangeException(nameof(option), option.Type, "not a type of option"),
        };
        if (value is null)
        {
            expected = Expected(option);
        }
        else if (option.Check?.Invoke(text) is { } wanted)
        {
            (value, expected) = (null, wanted);
        }

        return value;
    }

    /// <summary>What the text of an option must be, as a fault says it.</summary>
    public static string Expected(OptionDefinition option)
    {
        ArgumentNullException.ThrowIfNull(option);
        return option.Type switch
        {
            OptionType.Whole => $"a whole number{Range(option, seconds: false)}",
            OptionType.Number => $"a number{Range(option, seconds: false)}",
            OptionType.Truth => "true or false",
            OptionType.Length => $"a length of time such as 500ms, 90s, 15m, 2h, 7d or 00:01:30{Range(option, seconds: true)}",
            OptionType.List or OptionType.Classes => option.Most is { } most ? string.Create(CultureInfo.InvariantCulture, $"at most {most:0} texts with commas between, or a list of texts in JSON") : "texts with commas between, or a list of texts in JSON",
            OptionType.Choice => $"one of {string.Join(", ", option.Choices)}",
            OptionType.Address => "an address that begins with http:// or https://",
            OptionType.Path => "a path",
            OptionType.Class => "the name of a class",
            _ => "a text",
        };
    }

    private static string Of(long count, string unit) => string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");

    private static string? Path(string text) => text.Contains('\0', StringComparison.Ordinal) || text.Length > 4_096 ? null : text.Trim();

    private static object? Truth(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" or "1" => true,
        "FALSE" or "NO" or "OFF" or "0" => false,
        _ => null,
    };

    private static TimeSpan? Length(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var clock) && clock >= TimeSpan.Zero ? clock : null;
        }

        var digits = text.AsSpan().TrimEnd("dhms");
        var unit = text[digits.Length..];
        var factor = unit.Length == 0 ? 1 : Array.Find(Units, known => known.Unit == unit).Seconds;
        return factor > 0 && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count * factor <= MostSeconds
            ? TimeSpan.FromTicks((long)Math.Round(count * factor * TimeSpan.TicksPerSecond))
            : null;
    }

    private static string[]? List(string text)
    {
        var plain = text.Trim();
        if (!plain.StartsWith('['))
        {
            return plain.Length == 0 ? [] : [.. plain.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        }

        try
        {
            return JsonSerializer.Deserialize<string[]>(plain) is { } items && !items.Contains(null) ? items : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Fits(OptionDefinition option, double value) => value >= (option.Least ?? double.MinValue) && value <= (option.Most ?? double.MaxValue);

    private static string Range(OptionDefinition option, bool seconds)
    {
        string Say(double bound) => seconds ? OfLength(TimeSpan.FromSeconds(bound)) : bound.ToString("0.###############", CultureInfo.InvariantCulture);
        return (option.Least, option.Most) switch
        {
            ({ } least, { } most) => $" from {Say(least)} to {Say(most)}",
            ({ } least, null) => $", {Say(least)} at least",
            (null, { } most) => $", {Say(most)} at most",
            _ => "",
        };
    }
}
