using System.Globalization;

namespace Dashboard.Web.Api;

/// <summary>
/// Reads a query string strictly: an unknown, repeated or malformed parameter is an error that names what was expected, because a filter that is
/// quietly ignored answers a wider question than was asked. A number outside its range is brought into it.
/// </summary>
internal sealed class QueryReader(IQueryCollection query, params string[] known)
{
    private const int Longest = 1_000;
    private readonly Dictionary<string, string> expected = [];

    /// <summary>Parameter → what was expected; empty when all was well.</summary>
    public IReadOnlyDictionary<string, string> Errors
    {
        get
        {
            foreach (var name in query.Keys.Where(name => !known.Contains(name)))
            {
                Expect(name.Length > 50 ? name[..50] : name, $"is not a parameter here; known are {string.Join(", ", known)}.");
            }

            return expected;
        }
    }

    /// <summary>The text, or null when absent or empty.</summary>
    public string? Text(string name, int longest = Longest)
    {
        var values = query[name];
        if (values.Count > 1)
        {
            return Expect(name, "expected once.");
        }

        var value = values.ToString();
        return value.Length > longest ? Expect(name, $"expected at most {longest} characters.") : value.Length == 0 ? null : value;
    }

    /// <summary>A whole number, brought into its range.</summary>
    public int Number(string name, int standard, int least, int most)
    {
        if (Text(name) is not { } text)
        {
            return standard;
        }

        if (text.TrimStart('-') is { Length: > 0 and <= 30 } digits && digits.All(char.IsAsciiDigit) && text.Length - digits.Length <= 1)
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? (int)Math.Clamp(number, least, most)
                : text[0] == '-' ? least : most;
        }

        Expect(name, $"expected a whole number from {least} to {most}.");
        return standard;
    }

    /// <summary>Some of the words of an enum in snake_case, separated by commas; empty when absent.</summary>
    public IReadOnlySet<T> Words<T>(string name)
        where T : struct, Enum
    {
        var chosen = new HashSet<T>();
        foreach (var word in (Text(name) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Wire<T>.Values.TryGetValue(word, out var value))
            {
                chosen.Add(value);
            }
            else
            {
                Expect(name, $"expected one or more of {string.Join(", ", Wire<T>.Values.Keys)}, separated by commas.");
            }
        }

        return chosen;
    }

    /// <summary>An instant in ISO 8601 with its zone, or null when absent.</summary>
    public DateTimeOffset? Instant(string name) => Instants(name, most: 1) is [var instant] ? instant : null;

    /// <summary>Instants separated by commas; empty when absent.</summary>
    public IReadOnlyList<DateTimeOffset> Instants(string name, int most)
    {
        var words = (Text(name, 40 * most) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length > most)
        {
            Expect(name, most == 1 ? "expected one instant." : $"expected at most {most} instants.");
            return [];
        }

        List<DateTimeOffset> instants = [];
        foreach (var word in words)
        {
            if (!DateTimeOffset.TryParse(word, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant))
            {
                Expect(name, most == 1 ? "expected an instant in ISO 8601, 2014-09-05T07:00:00Z for instance." : "expected instants in ISO 8601, separated by commas.");
                return [];
            }

            instants.Add(instant);
        }

        return instants;
    }

    /// <summary>Adds an error found by the caller.</summary>
    public string? Expect(string name, string what)
    {
        expected[name] = what;
        return null;
    }

    /// <summary>The words of an enum as they stand on the wire.</summary>
    private static class Wire<T>
        where T : struct, Enum
    {
        public static IReadOnlyDictionary<string, T> Values { get; } =
            Enum.GetValues<T>().ToDictionary(value => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()), StringComparer.Ordinal);
    }
}
