namespace Dashboard.Core.Configuration;

/// <summary>The faults found in a reading: not without end, and without showing secrets.</summary>
internal sealed class FaultList
{
    /// <summary>More faults than this are only counted.</summary>
    public const int Most = 100;

    private const int LongestQuote = 80;
    private static readonly string[] SecretWords = ["password", "passwd", "secret", "token", "dsn", "api_key", "apikey", "access_key"];
    private readonly List<ConfigurationFault> faults = [];
    private int more;

    /// <summary>All of them; the last says how many were left out.</summary>
    public IReadOnlyList<ConfigurationFault> All =>
        more == 0 ? faults : [.. faults, new ConfigurationFault(faults[0].File, null, $"{more} more faults", "the ones above to be mended first")];

    /// <summary>Adds one.</summary>
    public void Add(string file, int? line, string found, string expected)
    {
        if (faults.Count < Most)
        {
            faults.Add(new ConfigurationFault(file, line, found, expected));
        }
        else
        {
            more++;
        }
    }

    /// <summary>Why a file could not be read, in words. A folder is refused by the system as something that is not permitted.</summary>
    public static string Why(Exception cause, string path) => cause switch
    {
        FileNotFoundException or DirectoryNotFoundException => "it is not there",
        _ when Directory.Exists(path) => "it is a folder",
        UnauthorizedAccessException => "not permitted",
        _ => "it could not be opened",
    };

    /// <summary>A piece of a file as a fault may show it: short, in quotes, and hidden when it may hold a secret.</summary>
    public static string Quote(string text) => QuoteBeside("", text);

    /// <summary>The same of a piece that belongs to another: what announces a secret may stand on the line a value of several lines begins on.</summary>
    public static string QuoteBeside(string about, string text)
    {
        var line = text.AsSpan().Trim();
        foreach (var word in SecretWords)
        {
            if (line.Contains(word, StringComparison.OrdinalIgnoreCase) || about.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return "a line that is not shown because it may hold a secret";
            }
        }

        var shown = line.Length > LongestQuote ? $"{line[..LongestQuote]}…" : line.ToString();
        return $"'{string.Create(shown.Length, shown, (place, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                place[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? ' ' : from[i];
            }
        })}'";
    }
}
