using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dashboard.Core.Stores.Crashes;

/// <summary>Takes from a processed crash what not everybody may see. The crash it is given stays whole.</summary>
/// <param name="forbidden">Keys, dotted where they lie deeper: <c>json_dump.sensitive</c>. One that is not there, or leads through something that is no object, is passed over.</param>
public sealed class Redactor(IReadOnlyList<string> forbidden)
{
    private static readonly string[] Known =
    [
        "url", "email", "user_id", "exploitability", "json_dump.sensitive", "upload_file_minidump_flash1.json_dump.sensitive",
        "upload_file_minidump_flash2.json_dump.sensitive", "upload_file_minidump_browser.json_dump.sensitive", "memory_info",
    ];

    /// <summary>The original's <c>forbidden_keys</c>.</summary>
    public static Redactor Default { get; } = new(Known);

    /// <summary>What it takes away.</summary>
    public IReadOnlyList<string> Forbidden => forbidden;

    /// <summary>The same crash without them.</summary>
    public ProcessedCrash Redact(ProcessedCrash processed)
    {
        ArgumentNullException.ThrowIfNull(processed);
        var copy = JsonNode.Parse(processed.Utf8.Span)!.AsObject();
        foreach (var path in forbidden)
        {
            var keys = path.Split('.');
            JsonNode? place = copy;
            foreach (var key in keys.AsSpan(..^1))
            {
                place = (place as JsonObject)?[key];
            }

            (place as JsonObject)?.Remove(keys[^1]);
        }

        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text))
        {
            copy.WriteTo(writer);
        }

        return new ProcessedCrash(text.WrittenSpan);
    }
}
