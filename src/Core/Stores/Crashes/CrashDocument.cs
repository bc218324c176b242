using System.Text;
using System.Text.Json;

namespace Dashboard.Core.Stores.Crashes;

/// <summary>
/// What is known of a crash, as one JSON object. It never changes: a store that alters what it keeps alters a copy, so that the next store of a composite, and the caller,
/// still have what came in.
/// </summary>
public abstract class CrashDocument
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 128 };

    private protected CrashDocument(ReadOnlySpan<byte> utf8)
    {
        var kept = utf8.ToArray();
        Utf8 = kept;
        try
        {
            // Never disposed, so nothing of it is from a pool that somebody else could be lent.
            Root = JsonDocument.Parse(kept, Strict).RootElement;
        }
        catch (JsonException cause)
        {
            throw new FormatException($"This is no JSON: {cause.Message}", cause);
        }

        if (Root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"A crash is a JSON object, this is {Root.ValueKind.ToString().ToLowerInvariant()}.");
        }
    }

    /// <summary>The text, as it came in, to the byte.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>The object.</summary>
    public JsonElement Root { get; }

    /// <summary>A text of the object; null when there is no such key, or it is no text.</summary>
    public string? Text(string key) => Root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);
}

/// <summary>What a crashing program sent about itself: its annotations, without the dumps.</summary>
public sealed class RawCrash(ReadOnlySpan<byte> utf8) : CrashDocument(utf8)
{
    /// <summary>Nothing at all.</summary>
    public static RawCrash Empty { get; } = new("{}"u8);

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is no JSON object.</exception>
    public static RawCrash Parse(string json) => new(Encoding.UTF8.GetBytes(json));
}

/// <summary>What a processor found out of a crash.</summary>
public sealed class ProcessedCrash(ReadOnlySpan<byte> utf8) : CrashDocument(utf8)
{
    /// <summary>Nothing at all.</summary>
    public static ProcessedCrash Empty { get; } = new("{}"u8);

    /// <summary>Whose it is: <c>uuid</c>, or <c>crash_id</c> where that stands instead.</summary>
    /// <exception cref="FormatException">Neither is there, or is a crash id, or the two name different crashes.</exception>
    public CrashId Id
    {
        get
        {
            var (uuid, crashId) = (Text("uuid"), Text("crash_id"));
            if (uuid is not null && crashId is not null && uuid != crashId)
            {
                throw new FormatException("This processed crash names two crashes, one in 'uuid' and another in 'crash_id'.");
            }

            return (uuid ?? crashId) is { } id ? CrashId.Parse(id) : throw new FormatException("This processed crash says nowhere whose it is: it has neither 'uuid' nor 'crash_id'.");
        }
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is no JSON object.</exception>
    public static ProcessedCrash Parse(string json) => new(Encoding.UTF8.GetBytes(json));
}
