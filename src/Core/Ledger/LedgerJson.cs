using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dashboard.Core.Ledger;

/// <summary>How records of the ledger are kept: by the words of their states, so that a later version reads them still.</summary>
internal static class LedgerJson
{
    public static JsonSerializerOptions Options { get; } = Make();

    // The database's texts hold no NUL, and half a surrogate pair is no UTF-8.
    public static string Text<T>(T record) => JsonSerializer.Serialize(record, Options).Replace("\\u0000", "\\uFFFD", StringComparison.Ordinal);

    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Options) ?? throw new JsonException("The record is empty.");

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.General) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
        options.Converters.Add(new JsonStringEnumConverter());
        return options;
    }
}
