using System.Text.Json;

namespace Dashboard.Core.Stores.Crashes;

/// <summary>The names of a crash's dumps as stores keep them: a JSON list.</summary>
public static class DumpNames
{
    /// <summary>The list.</summary>
    public static ReadOnlyMemory<byte> Write(IEnumerable<string> names) => JsonSerializer.SerializeToUtf8Bytes(names.Select(DumpName.Canonical).Order(StringComparer.Ordinal));

    /// <summary>The names in a list, canonical, each once, in order.</summary>
    /// <exception cref="FormatException">It is no list of names.</exception>
    public static IReadOnlyList<string> Read(ReadOnlySpan<byte> list)
    {
        try
        {
            var names = JsonSerializer.Deserialize<string?[]>(list) ?? throw new FormatException("The names of dumps are null.");
            return [.. names.Select(DumpName.Canonical).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }
        catch (JsonException cause)
        {
            throw new FormatException($"The names of dumps are no list of texts: {cause.Message}", cause);
        }
    }
}
